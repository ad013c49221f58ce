import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Evidence, type TaskDetail } from '../../../contract/task.ts'
import { withdrawEvidence } from '../../../contract/task-result.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import EvidenceDialog from './EvidenceDialog.tsx'
import { ProofTag } from './ProofTag.tsx'
import { refreshTask } from './useWork.ts'

/** What proves the result of a closed task, and the way to hand in more. */
export default function EvidencePanel({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const [adding, setAdding] = useState(false)
  const [taking, setTaking] = useState<number | null>(null)
  if (task.status !== 'completed' || task.kind === 'spot-check-review') return null
  const refresh = () => {
    setAdding(false)
    setTaking(null)
    refreshTask(task.id)
  }
  return (
    <section className="evidence" aria-label={t('desk.proof.title')}>
      <div className="panel-head">
        <h3>{t('desk.proof.title')}</h3>
        <ProofTag proof={task.proof} />
        {task.abilities.prove && (
          <Button size="small" onClick={() => setAdding(true)}>
            {t('desk.proof.add')}
          </Button>
        )}
      </div>
      {task.evidence.length === 0 ? (
        <p className="secondary">{t('desk.proof.none')}</p>
      ) : (
        <ul>
          {task.evidence.map((one, index) => (
            <EvidenceLine key={one.id ?? `known-${index}`} evidence={one} onWithdraw={setTaking} />
          ))}
        </ul>
      )}
      {adding && <EvidenceDialog task={task} onClose={() => setAdding(false)} onDone={refresh} />}
      {taking !== null && (
        <ReasonDialog
          contract={withdrawEvidence}
          params={{ id: task.id, evidenceId: taking }}
          title={t('desk.proof.withdraw')}
          okText={t('common.save')}
          label={t('desk.proof.withdrawReason')}
          usual={[t('desk.proof.usualWrong'), t('desk.proof.usualOther')]}
          onClose={() => setTaking(null)}
          onDone={refresh}
        />
      )}
    </section>
  )
}

function EvidenceLine({ evidence, onWithdraw }: { evidence: Evidence; onWithdraw: (id: number) => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const { id, kind, reference, place, at, durationSeconds, recordedByName, withdrawn, mayWithdraw } = evidence
  return (
    <li className={withdrawn ? 'is-withdrawn' : undefined}>
      <span>
        <b>{code('evidence', kind)}</b> {[reference, place].filter(Boolean).join(' · ')}{' '}
        {at && <TimeText at={at} show="moment" />}
        {durationSeconds !== null && ` · ${t('desk.proof.seconds', { n: durationSeconds })}`}
        {kind === 'call-record' && reference === null && (
          <span className="secondary small"> {t('desk.proof.timedHere')}</span>
        )}
        {recordedByName && <span className="secondary small"> · {recordedByName}</span>}
      </span>
      {withdrawn && (
        <span className="secondary small">
          {t('desk.proof.withdrawn', { name: withdrawn.byName, reason: withdrawn.reason })}
        </span>
      )}
      {mayWithdraw && id !== null && (
        <button type="button" className="plain-button small" onClick={() => onWithdraw(id)}>
          {t('desk.proof.withdraw')}
        </button>
      )}
    </li>
  )
}
