import { useTranslation } from 'react-i18next'

export function PagePending() {
  const { t } = useTranslation()
  return (
    <div className="page" role="status" aria-label={t('common.loading')}>
      <span className="skeleton" style={{ width: 160, height: 24 }} />
      <span className="skeleton" style={{ height: 200, marginTop: 16 }} />
    </div>
  )
}
