import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { getDraft } from '../../../contract/questionnaire-design.ts'
import { call } from '../../api.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Designer } from './Designer.tsx'

export default function QuestionnaireEditPage() {
  const { t } = useTranslation()
  const id = Number(useParams({ strict: false }).id)
  // The draft is what the page begins with; what comes later is the page's own.
  const draft = useQuery({
    queryKey: ['design', id],
    queryFn: () => call(getDraft, { params: { id } }),
    staleTime: Infinity,
    gcTime: 0,
  })
  if (draft.isError)
    return (
      <div className="page">
        <ErrorState error={draft.error} onRetry={() => void draft.refetch()} />
      </div>
    )
  if (!draft.data)
    return (
      <div className="page" role="status" aria-label={t('common.loading')}>
        <span className="skeleton" style={{ height: 320 }} />
      </div>
    )
  return (
    <Designer key={`${id}-${draft.dataUpdatedAt}`} draft={draft.data} onReload={() => void draft.refetch()} />
  )
}
