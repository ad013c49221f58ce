import i18next from 'i18next'
import type { Language } from '../i18n/language.ts'

/** The page of a link carries the few words that it needs, not those of the whole app. */
const load: Record<Language, () => Promise<object>> = {
  'zh-CN': async () => {
    const [form, common, desk] = await Promise.all([
      import('../i18n/zh-CN/form.ts'),
      import('../i18n/zh-CN/common.ts'),
      import('../i18n/zh-CN/desk.ts'),
    ])
    return { ...form, ...common, ...desk }
  },
  'zh-TW': async () => {
    const [form, common, desk] = await Promise.all([
      import('../i18n/zh-TW/form.ts'),
      import('../i18n/zh-TW/common.ts'),
      import('../i18n/zh-TW/desk.ts'),
    ])
    return { ...form, ...common, ...desk }
  },
  en: async () => {
    const [form, common, desk] = await Promise.all([
      import('../i18n/en/form.ts'),
      import('../i18n/en/common.ts'),
      import('../i18n/en/desk.ts'),
    ])
    return { ...form, ...common, ...desk }
  },
}

export function loadFormWords(language: Language): Promise<object> {
  return load[language]()
}

/** Does not touch what staff chose for themselves on the same device. */
export async function speak(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await loadFormWords(language))
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}
