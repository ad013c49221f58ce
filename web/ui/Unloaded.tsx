import { useTranslation } from 'react-i18next'
import { ErrorState } from './ErrorState.tsx'

type Query = { isError: boolean; error: unknown; refetch: () => unknown }
type UnloadedProps = {
  query: Query | readonly Query[]
  /** It stands for the whole page. */
  page?: boolean
  /** What will be there, in pixels. */
  height?: number
}

/** In place of what queries have not answered: why it failed and a way to try again, or that it loads. */
export function Unloaded({ query, page = false, height = 240 }: UnloadedProps) {
  const { t } = useTranslation()
  const wrong = [query].flat().filter((one) => one.isError)
  const failed = wrong[0] && (
    <ErrorState page={page} error={wrong[0].error} onRetry={() => wrong.forEach((one) => one.refetch())} />
  )
  if (!page)
    return (
      failed || (
        <span className="skeleton" role="status" aria-label={t('common.loading')} style={{ height }} />
      )
    )
  return (
    <div className="page">
      {failed ?? (
        <div role="status" aria-label={t('common.loading')}>
          <span className="skeleton" style={{ width: 260, height: 28 }} />
          <span className="skeleton" style={{ height, marginTop: 16 }} />
        </div>
      )}
    </div>
  )
}
