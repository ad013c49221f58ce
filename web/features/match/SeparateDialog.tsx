import { useTranslation } from 'react-i18next'
import { getPersonMerge, undoPersonMerge } from '../../../contract/match.ts'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { CountsLine } from './PairTable.tsx'
import { useUsualReasons } from './useUsualReasons.ts'

/** Shows what would go where before a merge is taken back. */
export default function SeparateDialog({ mergeId, onClose }: { mergeId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const usual = useUsualReasons('separate')
  const query = useCall(getPersonMerge, { params: { id: mergeId } }, { staleTime: 0 })
  const merge = query.data
  return (
    <ReasonDialog
      contract={undoPersonMerge}
      params={{ id: mergeId }}
      title={t('match.separateTitle')}
      okText={t('match.separate')}
      danger
      label={t('match.reason')}
      usual={usual}
      hint={t('match.separateHint')}
      done={t('match.separatedDone')}
      stale={[getPerson, getTimeline, listPersons]}
      onClose={onClose}
    >
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {merge && (
        <dl className="facts">
          <div>
            <dt>{t('match.goesBack', { name: merge.merged.name })}</dt>
            <dd>
              <CountsLine counts={merge.goes} />
            </dd>
          </div>
          <div>
            <dt>{t('match.staysWith', { name: merge.survivor.name })}</dt>
            <dd>
              <CountsLine counts={merge.stays} />
            </dd>
          </div>
        </dl>
      )}
    </ReasonDialog>
  )
}
