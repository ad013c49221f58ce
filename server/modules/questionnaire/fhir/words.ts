import type { Localized } from '../../../../contract/questionnaire.ts'
import { type Extension, extensionOf, url } from './terms.ts'

type Beside = { extension?: Extension[] | undefined } | undefined

/** A Chinese text with its translations. */
export function translated(text: Localized): { text: string; beside?: { extension: Extension[] } } {
  const others = (['zh-TW', 'en'] as const).flatMap((lang) => {
    const content = text[lang]
    return content
      ? [
          {
            url: url.translation,
            extension: [
              { url: 'lang', valueCode: lang },
              { url: 'content', valueString: content },
            ],
          },
        ]
      : []
  })
  return { text: text['zh-CN'], ...(others.length > 0 && { beside: { extension: others } }) }
}

function languageOf(tag: string): keyof Localized | null {
  if (/^zh-(TW|HK|MO|Hant)\b/i.test(tag)) return 'zh-TW'
  if (/^zh\b/i.test(tag)) return 'zh-CN'
  return /^en\b/i.test(tag) ? 'en' : null
}

/** Reads texts in our languages; remembers skipped languages, and whether Chinese was missing. */
export class Words {
  readonly otherLanguages = new Set<string>()
  chineseMissing = false
  readonly #base: string | undefined

  /** @param language of texts that do not say theirs */
  constructor(language: string | undefined) {
    this.#base = language
  }

  read(text: string | undefined, beside?: Beside): Localized {
    const found: Partial<Record<keyof Localized, string>> = {}
    const keep = (tag: string, content: string) => {
      const language = languageOf(tag)
      if (language) found[language] ??= content
      else this.otherLanguages.add(tag)
    }
    if (text) keep(this.#base ?? (/\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en'), text)
    for (const one of beside?.extension ?? []) {
      if (one.url !== url.translation) continue
      const parts = one.extension ?? []
      const lang = parts.find((part) => part.url === 'lang')
      const content = parts.find((part) => part.url === 'content')
      if (lang?.valueCode && content?.valueString) keep(lang.valueCode, content.valueString)
    }
    return this.#chinese(found, text ?? '')
  }

  /** A concept's words, its designations being the translations. */
  designated(
    text: string | undefined,
    designations: { language?: string | undefined; value: string }[] = [],
  ): Localized {
    const extension = designations.flatMap(({ language, value }) =>
      language
        ? [
            {
              url: url.translation,
              extension: [
                { url: 'lang', valueCode: language },
                { url: 'content', valueString: value },
              ],
            },
          ]
        : [],
    )
    return this.read(text, { extension })
  }

  #chinese(found: Partial<Record<keyof Localized, string>>, base: string): Localized {
    const chinese = found['zh-CN']
    if (chinese === undefined && base !== '') this.chineseMissing = true
    return { ...found, 'zh-CN': chinese ?? found['zh-TW'] ?? found.en ?? base }
  }
}

/** Points of an option, from any of the places that senders use. */
export function pointsIn(
  ...places: ({ extension?: Extension[] | undefined } | undefined)[]
): number | undefined {
  for (const place of places) {
    const points = extensionOf(place, 'ordinalValue') ?? extensionOf(place, 'itemWeight')
    const value = points?.valueDecimal ?? points?.valueInteger
    if (value !== undefined) return value
  }
  return undefined
}
