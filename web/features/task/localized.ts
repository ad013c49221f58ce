import { useTranslation } from 'react-i18next'

type Localized = { 'zh-CN': string; 'zh-TW'?: string | undefined; en?: string | undefined }

/** Questionnaires carry their own translations; simplified Chinese is always there. */
export function useLocalized() {
  const { i18n } = useTranslation()
  return (words: Localized | undefined | null): string => {
    if (!words) return ''
    return (
      (i18n.language === 'zh-TW' ? words['zh-TW'] : i18n.language === 'en' ? words.en : undefined) ??
      words['zh-CN']
    )
  }
}
