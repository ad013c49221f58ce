import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/EmptyState.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <EmptyState
      page
      title={t('common.notFoundTitle')}
      hint={t('common.notFoundHint')}
      action={<Link to="/">{t('common.back')}</Link>}
    />
  )
}
