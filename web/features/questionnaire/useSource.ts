import { useTranslation } from 'react-i18next'

/** Where a questionnaire comes from; the server tells it in English for those that come with the product. */
export function useQuestionnaireSource() {
  const { t, i18n } = useTranslation()
  return ({ code, source }: { code: string; source: string | null }): string => {
    const key = `questionnaires.sourceOf.${code}`
    return i18n.exists(key) ? String(t(key as never)) : (source ?? '—')
  }
}
