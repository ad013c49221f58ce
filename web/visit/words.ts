import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../i18n/language.ts'

/** The few words that this page needs: all of them have to be kept on the telephone. */
const load: Record<Language, () => Promise<object>[]> = {
  'zh-CN': () => [
    import('../i18n/zh-CN/visit-day.ts'),
    import('../i18n/zh-CN/common.ts'),
    import('../i18n/zh-CN/desk.ts'),
  ],
  'zh-TW': () => [
    import('../i18n/zh-TW/visit-day.ts'),
    import('../i18n/zh-TW/common.ts'),
    import('../i18n/zh-TW/desk.ts'),
  ],
  en: () => [import('../i18n/en/visit-day.ts'), import('../i18n/en/common.ts'), import('../i18n/en/desk.ts')],
}

export async function startVisitWords(lng: Language): Promise<void> {
  const words = Object.assign({}, ...(await Promise.all(load[lng]()))) as object
  await i18next.use(initReactI18next).init({
    lng,
    resources: { [lng]: { translation: words } },
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}
