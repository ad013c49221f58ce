import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Language, language, rememberLanguage, speakHere } from './language.ts'
import { addAllWords, resources } from './words.ts'
import type * as zhCN from './zh-CN/index.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof zhCN }
  }
}

const antdLocales = {
  'zh-CN': () => import('antd/locale/zh_CN'),
  'zh-TW': () => import('antd/locale/zh_TW'),
  en: () => import('antd/locale/en_US'),
} satisfies Record<Language, unknown>

/** Words came with the part that is about to be shown. */
export async function startLanguage(): Promise<void> {
  const lng = language()
  document.documentElement.lang = lng
  await i18next.use(initReactI18next).init({
    lng,
    resources,
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}

/** Only the chosen language is fetched; a switch loads the other one and redraws in place. */
export async function switchLanguage(next: Language): Promise<void> {
  await addAllWords(next)
  rememberLanguage(next)
  await i18next.changeLanguage(next)
}

/** Does not touch what staff chose for themselves on the same device. */
export async function speak(next: Language): Promise<void> {
  await addAllWords(next)
  speakHere(next)
  document.documentElement.lang = next
  await i18next.changeLanguage(next)
}

export async function antdLocaleOf(lang: Language) {
  return (await antdLocales[lang]()).default
}
