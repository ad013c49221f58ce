import { render, renderText } from '../../../contract/template.ts'
import { filledAtSending } from '../message/placeholder.ts'
import type { Language } from '../person/language.ts'

type Facts = { hospital: string; department: string | null; days: number }

/** No name and no disease: other people may read the mail. */
const texts: Record<Language, { subject: string; body: string }> = {
  'zh-CN': {
    subject: '{{hospital}}请您填写一份简短的问卷',
    body: [
      '您好，',
      '{{hospital}}{{department}}想了解您最近的情况，请点开下面的链接回答几个问题，大约需要 3 分钟：',
      '{{link}}',
      '链接 {{days}} 天内有效，只能提交一次，请不要转给别人。打开后会请您核对出生年份。',
      '这封邮件由系统发出，没有人看回信。身体不舒服请直接来院或拨打急救电话。',
    ].join('\n\n'),
  },
  'zh-TW': {
    subject: '{{hospital}}請您填寫一份簡短的問卷',
    body: [
      '您好，',
      '{{hospital}}{{department}}想了解您最近的情況，請點開下面的連結回答幾個問題，大約需要 3 分鐘：',
      '{{link}}',
      '連結 {{days}} 天內有效，只能送出一次，請不要轉給別人。打開後會請您核對出生年份。',
      '這封信由系統寄出，沒有人看回信。身體不適請直接來院或撥打急救電話。',
    ].join('\n\n'),
  },
  en: {
    subject: '{{hospital}} asks you to answer a few questions',
    body: [
      'Good day,',
      '{{hospital}}{{department}} would like to know how you are. Please open this link and answer a few questions; it takes about three minutes:',
      '{{link}}',
      'The link works for {{days}} days and can be submitted once. Please do not pass it on. You will be asked for your year of birth.',
      'This mail was sent automatically and nobody reads replies. If you feel unwell, come to the hospital or call the emergency number.',
    ].join('\n\n'),
  },
}

/** Of a short message: two parts at most, whatever the hospital is called. */
const shortTexts: Record<Language, string> = {
  'zh-CN': '【{{hospital}}】请点开链接填写随访问卷，{{days}}天内有效：{{link}}',
  'zh-TW': '【{{hospital}}】請點開連結填寫隨訪問卷，{{days}}天內有效：{{link}}',
  en: '{{hospital}}: please answer a few questions within {{days}} days: {{link}}',
}

/** Text of the message; the link is filled in at sending. */
export function invitation(
  language: Language,
  length: 'short' | 'letter',
  { hospital, department, days }: Facts,
): { subject: string; body: string; later: number[] } {
  const inside = language === 'en' && department !== null ? `, ${department},` : (department ?? '')
  const values = { hospital, department: inside, days }
  const { text: body, later } = render(
    length === 'short' ? shortTexts[language] : texts[language].body,
    values,
    filledAtSending,
  )
  return { subject: renderText(texts[language].subject, values), body, later }
}
