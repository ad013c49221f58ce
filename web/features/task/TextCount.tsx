import { useTranslation } from 'react-i18next'

/** Near the limit, how much is written; beyond it, how much is too much. Nothing is cut. */
export function TextCount({ text, of }: { text: string; of: number }) {
  const { t } = useTranslation()
  const n = text.length
  if (n <= of * 0.8) return null
  return (
    <span className={`small ${n > of ? 'field-error' : 'secondary'}`} role="status">
      {t(n > of ? 'common.field.over' : 'common.field.count', { n, of, over: n - of })}
    </span>
  )
}
