import '../pathway.css'
import './editor.css'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { getPathwayDraft } from '../../../../contract/pathway-draft.ts'
import { getPathway } from '../../../../contract/pathway.ts'
import { useCall } from '../../../query.ts'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { Editor } from './Editor.tsx'

/** The draft of a pathway on a canvas, with the form of the chosen step beside it. */
export default function PathwayEditPage() {
  const { t } = useTranslation()
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const pathway = useCall(getPathway, { params: { id } }, { staleTime: 0 })
  const draft = useCall(getPathwayDraft, { params: { id } }, { staleTime: 0 })
  const error = pathway.error ?? draft.error
  if (error)
    return (
      <div className="page">
        <PageHeader title={t('editor.title', { name: '' })} />
        <ErrorState
          error={error}
          onRetry={() => {
            void pathway.refetch()
            void draft.refetch()
          }}
        />
      </div>
    )
  // What was remembered from an earlier look may be older than what a colleague has saved since.
  if (!pathway.data || !draft.data || !pathway.isFetchedAfterMount || !draft.isFetchedAfterMount)
    return (
      <div className="page" role="status" aria-label={t('common.loading')}>
        <span className="skeleton" style={{ width: 240, height: 28 }} />
        <span className="skeleton" style={{ height: 480, marginTop: 16 }} />
      </div>
    )
  return <Editor key={id} pathway={pathway.data} draft={draft.data.draft} />
}
