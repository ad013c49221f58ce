import { useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { comparePersons, mergePersons } from '../../../contract/match.ts'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { useShortcut } from '../../ui/useShortcut.ts'
import { PairTable } from './PairTable.tsx'
import { useUsualReasons } from './useUsualReasons.ts'
import { TextField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'

/** Two records side by side: look, say which one stays, merge. */
export default function MergePage() {
  const { left, right } = useParams({ strict: false })
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [survivor, setSurvivor] = useState<'left' | 'right'>('left')
  const [reason, setReason] = useState('')
  const usual = useUsualReasons('merge')
  const query = useCall(comparePersons, { params: { leftId: Number(left), rightId: Number(right) } })
  const merge = useDo(mergePersons, {
    done: t('match.mergedDone'),
    stale: [getPerson, getTimeline, listPersons, comparePersons],
    onDone: ({ survivorId }) => {
      void navigate({ to: '/persons/$id', params: { id: String(survivorId) }, replace: true })
    },
  })
  const pair = query.data
  const ready = pair !== undefined && !pair.merged && reason.trim().length >= 2 && !merge.isPending
  const act = () => {
    if (!pair || !ready) return
    const [stays, goes] = survivor === 'left' ? [pair.left, pair.right] : [pair.right, pair.left]
    merge.mutate({
      body: { survivorId: stays.person.id, mergedId: goes.person.id, reason: reason.trim() },
    })
  }
  useShortcut('1', () => setSurvivor('left'))
  useShortcut('2', () => setSurvivor('right'))
  useShortcut('Ctrl+Enter', act)

  if (query.isError) return <ErrorState page error={query.error} onRetry={() => void query.refetch()} />
  return (
    <div className="page">
      <PageHeader title={t('match.compareTitle')}>
        <p className="secondary">{t('match.compareHint')}</p>
      </PageHeader>
      {pair === undefined ? (
        <span className="skeleton" role="status" aria-label={t('common.loading')} style={{ height: 360 }} />
      ) : (
        <section className="panel">
          {pair.merged && <Notice tone="info" title={t('match.alreadyOne')} />}
          <PairTable pair={pair} survivor={survivor} onSurvivor={setSurvivor} />
          {!pair.merged && (
            <div className="merge-actions">
              <TextField
                label={t('match.reason')}
                usual={usual}
                maxLength={200}
                value={reason}
                onChange={setReason}
              />
              <Button type="primary" disabled={!ready} loading={merge.isPending} onClick={act}>
                {t('match.merge')} <kbd>Ctrl Enter</kbd>
              </Button>
            </div>
          )}
        </section>
      )}
    </div>
  )
}
