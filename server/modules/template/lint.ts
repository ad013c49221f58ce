import type { Purpose } from '../../../contract/contact.ts'
import {
  sendingNames,
  type TemplateChannel,
  templateNames,
  type TextProblem,
  withSubject,
} from '../../../contract/message-template.ts'
import { checkTemplate } from '../../../contract/template.ts'
import { optOutWords, senderWords, wordRules } from './lint-words.ts'

export type TextToCheck = {
  purpose: Purpose
  channel: TemplateChannel
  subject?: string | undefined
  body: string
}

const han = /\p{Script=Han}/u
const hidden = /[\u00ad\u200b-\u200f\u2060\ufeff]/

/** Folds width, hidden signs and blanks beside Chinese characters away. @returns the place in `text` of each code unit */
function fold(text: string): { folded: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  let at = 0
  for (const sign of text) {
    const next = text.slice(at + sign.length).trimStart()[0] ?? ''
    const beside = han.test(folded.at(-1) ?? '') || han.test(next)
    if (!hidden.test(sign) && !(/\s/.test(sign) && beside)) {
      const plain = sign.normalize('NFKC')
      folded += plain
      for (let unit = 0; unit < plain.length; unit++) places.push(at)
    }
    at += sign.length
  }
  return { folded, places }
}

/** Words that advertising of medical services may not use, with their places in the text. */
export function wordProblems(text: string, field: TextProblem['field'], blocks: boolean): TextProblem[] {
  const { folded, places } = fold(text)
  return wordRules
    .flatMap(({ rule, source, words }) =>
      [...folded.matchAll(words)].map((found): TextProblem => {
        const at = places[found.index] ?? 0
        const end = (places[found.index + found[0].length - 1] ?? at) + 1
        return { rule, field, blocks, at, length: end - at, words: text.slice(at, end), source }
      }),
    )
    .sort((a, b) => a.at - b.at)
}

/** Sent by electronic means: Advertising Law Art. 43 asks for sender and opt-out. */
const electronic: readonly TemplateChannel[] = ['sms', 'email', 'wechat', 'portal']
const art43 =
  '广告法第43条：以电子信息方式发送广告，应当明示发送者的真实身份和联系方式，并提供拒绝继续接收的方式'

/** What a person reads around the one-click header is not the text: the words must say who sends and how to end it. */
function marketingProblems({ channel, subject = '', body }: TextToCheck): TextProblem[] {
  const lacks = (rule: TextProblem['rule']): TextProblem => ({
    rule,
    field: 'body',
    blocks: true,
    at: 0,
    length: 0,
    words: '',
    source: art43,
  })
  return [
    ...(senderWords.test(body) || senderWords.test(subject) ? [] : [lacks('no-sender')]),
    ...(electronic.includes(channel) && !optOutWords.test(body) ? [lacks('no-opt-out')] : []),
  ]
}

/**
 * What is wrong with a text for a purpose and channel, by field and place. Marketing must keep to the Advertising Law (Art. 9, 16, 43) and
 * 醫療法 Art. 85 and 86; of service texts the same words are only pointed out; clinical texts are not advertising. Pure.
 */
export function textProblems(text: TextToCheck): TextProblem[] {
  const { purpose, channel, subject, body } = text
  const fields = [
    ...(withSubject.includes(channel) ? [['subject', subject ?? ''] as const] : []),
    ['body', body] as const,
  ]
  return fields.flatMap(([field, value]) => [
    ...(value.trim() === ''
      ? [{ rule: 'empty' as const, field, blocks: true, at: 0, length: 0, words: '', source: null }]
      : []),
    ...checkTemplate(value, templateNames, field === 'body' ? sendingNames : []).map(
      ({ kind, at, length, words }): TextProblem => ({
        rule: kind,
        field,
        blocks: true,
        at,
        length,
        words,
        source: null,
      }),
    ),
    ...(purpose === 'clinical' ? [] : wordProblems(value, field, purpose === 'marketing')),
    ...(purpose === 'marketing' && field === 'body' ? marketingProblems(text) : []),
  ])
}
