import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/EmptyState.tsx'

/** A page that this person's role does not open, reached by a shared link. */
export function Refused({ page }: { page: string }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      page
      title={t('common.refusedTitle')}
      hint={t('common.refusedHint', { page })}
      action={<Link to="/">{t('common.toStart')}</Link>}
    />
  )
}
