import type { TemplateLanguage } from '../../../contract/message-template.ts'

export type Language = TemplateLanguage

/** The language of texts from BCP 47 or a HIS code (`zh`, `zh-Hant`, `中文`, `ENG`); null when it is none of ours. */
export function languageOf(spoken: string | null, timeZone: string): Language | null {
  if (spoken === null) return null
  if (/^(zh-(tw|hk|mo|hant)|繁)/i.test(spoken)) return 'zh-TW'
  if (/^(zh|chi|cmn|中|汉|漢|国语|國語|普通话)/i.test(spoken)) return isTaiwan(timeZone) ? 'zh-TW' : 'zh-CN'
  return /^(en|英)/i.test(spoken) ? 'en' : null
}

export function isTaiwan(timeZone: string): boolean {
  return timeZone === 'Asia/Taipei'
}

/** The local emergency number: 120 on the mainland, 119 in Taiwan, 999 in Hong Kong and Macau. */
export function emergencyNumberOf(timeZone: string): string {
  if (isTaiwan(timeZone)) return '119'
  return ['Asia/Hong_Kong', 'Asia/Macau'].includes(timeZone) ? '999' : '120'
}
