export const languages = ['zh-CN', 'zh-TW', 'en'] as const
export type Language = (typeof languages)[number]

/** Each language names itself, so that nobody has to read a foreign word to find their own. */
export const languageNames: Record<Language, string> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
}

const storageKey = 'careloop.language'

/** In a frame of another site a browser may refuse all storage. */
function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}

function detect(): Language {
  const before = remembered()
  const known = languages.find((one) => one === before)
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

/** For this page only: what somebody chose for themselves stays. */
export function speakHere(wanted: string | null) {
  current = languages.find((one) => one === wanted) ?? current
}

export function rememberLanguage(next: Language) {
  current = next
  localStorage.setItem(storageKey, next)
  document.documentElement.lang = next
}
