import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api.ts'
import { useExplain } from './useExplain.ts'

type ErrorStateProps = {
  error: unknown
  onRetry?: () => void
  /** It stands for the whole page, so its title is the page's heading. */
  page?: boolean
}

export function ErrorState({ error, onRetry, page = false }: ErrorStateProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const status = error instanceof ApiError ? error.status : 0
  const title =
    status === 403
      ? t('common.refusedTitle')
      : status === 404
        ? t('common.notFoundTitle')
        : t('common.errorTitle')
  return (
    <div className="state-block" role="alert">
      {page ? <h1 className="state-title">{title}</h1> : <p className="state-title">{title}</p>}
      <p className="secondary">{explain(error)}</p>
      {onRetry && status !== 403 && status !== 404 && <Button onClick={onRetry}>{t('common.retry')}</Button>}
    </div>
  )
}
