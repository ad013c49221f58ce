import { useTranslation } from 'react-i18next'

/** Where a questionnaire comes from; citations of the literature stay in their language. */
export function SourceText({ code, source }: { code: string; source: string | null }) {
  const { t, i18n } = useTranslation()
  const key = `questionnaires.sourceOf.${code}`
  if (i18n.exists(key)) return String(t(key as never))
  return source ? <span lang="en">{source}</span> : '—'
}
