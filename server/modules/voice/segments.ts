import { unfold } from '../../../contract/answer.ts'
import type {
  Answers,
  Localized,
  Question,
  QuestionnaireDefinition,
} from '../../../contract/questionnaire.ts'
import { renderText } from '../../../contract/template.ts'
import type { Script, Segment, Value } from './dialogue.ts'
import { digitWord, type Phrase, phrases, type VoiceLanguage } from './phrases.ts'
import { isAsked } from './ready.ts'

/** @throws {Error} when the questionnaire has no such question */
export const questionAt = (script: Script, linkId: string): Question => {
  const item = unfold(script.definition.items).find((one) => one.linkId === linkId)
  if (!item) throw new Error(`The questionnaire has no question ${linkId}.`)
  return item
}

/** Offers each language in its own words. */
export const languageMenu = ({ languages }: Script): Segment[] =>
  languages.map((language, at) => ({
    language,
    text: `${phrases[language]['language-name']} ${digitWord(language, at + 1)}`,
  }))

/** What the machine says by itself. */
export function phrase(
  { hospital }: Pick<Script, 'hospital'>,
  language: VoiceLanguage,
  name: Phrase,
): Segment {
  return { language, text: renderText(phrases[language][name], { hospital }) }
}

/** Texts are written for reading: no line breaks, no marks of layout. */
const spoken = (text: string) => text.replaceAll(/[*_#`>]+|\s+/g, ' ').trim()

/** A text as it is read out, in Chinese where it has no other words. */
export const localText = (text: Localized | undefined, language: VoiceLanguage): string =>
  spoken(text?.[language] ?? text?.['zh-CN'] ?? '')

/** A question or a heading with its explanation. */
export const heading = (item: Question, language: VoiceLanguage) =>
  [localText(item.text, language), localText(item.help, language)].filter(Boolean).join(' ')

const withKey = (language: VoiceLanguage, text: string, key: number) =>
  language === 'en'
    ? `${text}: ${phrases.en.press} ${digitWord(language, key)}.`
    : `${text}，${phrases[language].press}${digitWord(language, key)}。`

/** A question with its keys, in one piece, as a member of staff would read it out. */
export function questionText(item: Question, language: VoiceLanguage): string {
  const words = phrases[language]
  const options = (item.options ?? []).map((one, at) =>
    withKey(language, localText(one.text, language), at + 1),
  )
  const keys = {
    boolean: [withKey(language, words.yes, 1), withKey(language, words.no, 2)],
    choice: options,
    multiple: [...options, words.multiple],
    date: [words.date],
    decimal: [words.decimal],
    integer: [words.number],
    scale: [words.number],
  }
  return [heading(item, language), ...((keys as Record<string, string[]>)[item.type] ?? [])].join(' ')
}

/** An answer read back. */
export function valueWords(script: Script, item: Question, value: Value, language: VoiceLanguage): Segment[] {
  const say = (text: string): Segment => ({ language, text })
  if (typeof value === 'boolean') return [phrase(script, language, value ? 'yes' : 'no')]
  const digits = (text: string) =>
    [...text].map((sign) => say(sign === '.' ? phrases[language].point : digitWord(language, Number(sign))))
  if (typeof value === 'number') return digits(String(value))
  if (item.type === 'date') return digits(String(value).replaceAll('-', ''))
  const chosen = (Array.isArray(value) ? value : [value]).flatMap((one) =>
    (item.options ?? []).filter((option) => option.value === one),
  )
  return chosen.map((option) => say(localText(option.text, language)))
}

/** Everything that a call with this script may ever say, with the question that it belongs to. */
export function allSegments(script: Script): { linkId: string | null; segment: Segment }[] {
  const menu = script.languages.length > 1 ? languageMenu(script) : []
  const all = script.languages.flatMap((language) => {
    const own = (Object.keys(phrases[language]) as Phrase[])
      .filter((name) => !unsaid.has(name) && (script.speech !== undefined || !ofSpeech.has(name)))
      .map((name) => ({ linkId: null, segment: phrase(script, language, name) }))
    const digits = Array.from({ length: 10 }, (_, digit) => ({
      linkId: null,
      segment: { language, text: digitWord(language, digit) },
    }))
    const thanks = localText(script.definition.thanks, language)
    const last =
      thanks === '' || thanks.includes('{{') ? [] : [{ linkId: null, segment: { language, text: thanks } }]
    const questions = unfold(script.definition.items).flatMap((item) => {
      if (!isAsked(item)) return []
      const isNote = item.type === 'group' || item.type === 'display'
      const options = ['choice', 'multiple'].includes(item.type) ? (item.options ?? []) : []
      return [
        isNote ? heading(item, language) : questionText(item, language),
        ...options.map((option) => localText(option.text, language)),
      ].map((text) => ({ linkId: item.linkId, segment: { language, text } }))
    })
    return [...own, ...last, ...questions, ...digits]
  })
  const seen = new Set<string>()
  return [...menu.map((segment) => ({ linkId: null, segment })), ...all].filter(({ segment }) => {
    const key = `${segment.language} ${segment.text}`
    if (segment.text === '' || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Said where words are heard. */
const ofSpeech = new Set<Phrase>(['press-key', 'say-or-press'])

/** Only parts of other texts. */
const unsaid = new Set<Phrase>(['language-name', 'press', 'number', 'decimal', 'date', 'multiple'])

/** The languages in which every question has its words, in the order of the site. */
export function languagesOf(
  definition: Pick<QuestionnaireDefinition, 'items'>,
  offered: VoiceLanguage[],
): VoiceLanguage[] {
  const texts = unfold(definition.items)
    .filter(isAsked)
    .flatMap((item) => [item.text, ...(item.options ?? []).map((option) => option.text)])
  const spokenIn = offered.filter((language) => texts.every((text) => (text[language] ?? '') !== ''))
  return spokenIn.length > 0 ? spokenIn : ['zh-CN']
}

/** A question in the words of its questionnaire, for people who read what was asked. */
export const askedText = (script: Script, linkId: string): string =>
  localText(questionAt(script, linkId).text, 'zh-CN')

/** An answer in the same way. */
export function answerText(script: Script, linkId: string, value: Answers[string] | undefined): string {
  const item = questionAt(script, linkId)
  if (typeof value === 'boolean') return phrases['zh-CN'][value ? 'yes' : 'no']
  const chosen = (Array.isArray(value) ? value : [value]).map(
    (one) => localText(item.options?.find((option) => option.value === one)?.text, 'zh-CN') || String(one),
  )
  return chosen.join('、')
}
