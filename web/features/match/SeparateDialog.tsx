import { App, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPersonMerge, undoPersonMerge } from '../../../contract/match.ts'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { CountsLine } from './PairTable.tsx'
import { ReasonField } from './ReasonField.tsx'

/** Shows what would go where before a merge is taken back. */
export default function SeparateDialog({ mergeId, onClose }: { mergeId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const query = useCall(getPersonMerge, { params: { id: mergeId } }, { staleTime: 0 })
  const undo = useAct(undoPersonMerge, {
    onSuccess: () => {
      for (const contract of [getPerson, getTimeline, listPersons])
        void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
      void message.success(t('match.separatedDone'))
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })
  const merge = query.data
  return (
    <Modal
      open
      title={t('match.separateTitle')}
      okText={t('match.separate')}
      cancelText={t('common.cancel')}
      okButtonProps={{
        danger: true,
        disabled: !merge || reason.trim().length < 2,
        loading: undo.isPending,
      }}
      onOk={() => undo.mutate({ params: { id: mergeId }, body: { reason: reason.trim() } })}
      onCancel={onClose}
    >
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {merge && (
        <div className="stack">
          <p>{t('match.separateHint')}</p>
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
          <ReasonField kind="separate" value={reason} onChange={setReason} />
        </div>
      )}
    </Modal>
  )
}
