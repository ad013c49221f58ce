import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Language, language, rememberLanguage } from './language.ts'
import type { words as zhCN } from './zh-CN/words.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof zhCN }
  }
}

const load = {
  'zh-CN': () => import('./zh-CN/words.ts'),
  'zh-TW': () => import('./zh-TW/words.ts'),
  en: () => import('./en/words.ts'),
} satisfies Record<Language, () => Promise<{ words: object; antdLocale: object }>>

export async function startLanguage(): Promise<void> {
  const lng = language()
  const { words } = await load[lng]()
  document.documentElement.lang = lng
  await i18next.use(initReactI18next).init({
    lng,
    resources: { [lng]: { translation: words } },
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}

/** Only the chosen language is fetched; a switch loads the other one and redraws in place. */
export async function switchLanguage(next: Language): Promise<void> {
  const { words } = await load[next]()
  i18next.addResourceBundle(next, 'translation', words)
  rememberLanguage(next)
  await i18next.changeLanguage(next)
}

export async function antdLocaleOf(lang: Language) {
  return (await load[lang]()).antdLocale
}
