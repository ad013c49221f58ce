export const languages = ['zh-CN', 'zh-TW', 'en'] as const
export type Language = (typeof languages)[number]

/** Each language names itself, so that nobody has to read a foreign word to find their own. */
export const languageNames: Record<Language, string> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
}

const storageKey = 'careloop.language'

function detect(): Language {
  const remembered = localStorage.getItem(storageKey)
  const known = languages.find((one) => one === remembered)
  if (known) return known
  for (const wanted of navigator.languages) {
    if (/^zh-(TW|HK|MO|Hant)/i.test(wanted)) return 'zh-TW'
    if (/^zh/i.test(wanted)) return 'zh-CN'
    if (/^en/i.test(wanted)) return 'en'
  }
  return 'zh-CN'
}

let current: Language | undefined

export function language(): Language {
  current ??= detect()
  return current
}

export function rememberLanguage(next: Language) {
  current = next
  localStorage.setItem(storageKey, next)
  document.documentElement.lang = next
}
