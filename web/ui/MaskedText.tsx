import { useTranslation } from 'react-i18next'
import { telHref } from './telHref.ts'

/** A masked value with its way to be shown; once `revealed` is there, that is shown instead. */
export function MaskedText({
  masked,
  revealed,
  onReveal,
  tel = false,
}: {
  masked: string | null
  revealed?: string | null | undefined
  onReveal?: (() => void) | undefined
  tel?: boolean
}) {
  const { t } = useTranslation()
  if (!masked && !revealed) return <span className="secondary">—</span>
  if (revealed) return tel ? <a href={telHref(revealed)}>{revealed}</a> : <span>{revealed}</span>
  return (
    <span className="masked-text">
      <span>{masked}</span>
      {onReveal && masked?.includes('*') && (
        <button type="button" className="plain-button small" onClick={onReveal}>
          {t('common.reveal')}
        </button>
      )}
    </span>
  )
}
