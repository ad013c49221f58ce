import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import type { TaskSummary } from '../../../contract/task.ts'
import { calendarDays } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ProofTag } from './ProofTag.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useListReason } from './ListReasonLine.tsx'
import { useLocalized } from './localized.ts'
import { useReason } from './reasonWords.ts'
import { SexAndAge } from './SubjectLink.tsx'
import { outcomeGroup, subjectName } from './subject.ts'

/** Two short lines: who and why now; what from and how far. `of` is what all rows say anyway. */
export function TaskRow({
  task,
  done,
  of,
}: {
  task: TaskSummary
  done: boolean
  of?: { departmentName: string | null; level: number | null } | undefined
}) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const reason = useReason()(task)
  const wordsOf = useListReason()
  const localized = useLocalized()
  const since = task.dischargedAt ? calendarDays(new Date(task.dischargedAt), new Date()) : null
  const flags = task.redFlags.map(localized).join('、')
  const facts = [
    flags === '' && (task.conditionText ?? shipped(task.title)),
    since !== null && (since === 0 ? t('desk.dischargedToday') : t('desk.discharged', { n: since })),
    task.departmentName !== of?.departmentName && task.departmentName,
    task.level !== null && task.level !== of?.level && t('desk.level', { n: task.level }),
  ].filter(Boolean)
  const state = task.heldByMe
    ? t('desk.heldByMe')
    : task.heldByName
      ? t('desk.heldBy', { name: task.heldByName })
      : task.attempts > 0 && t('desk.attemptsSoFar', { n: task.attempts })
  return (
    <>
      <span className="task-row-line">
        <span className="task-row-who">
          <strong>{subjectName(task)}</strong> <SexAndAge task={task} className="secondary small" />
        </span>
        {done ? (
          <StatusTag tone="success">
            {code(outcomeGroup(task), task.outcome) || code('taskStatus', task.status)}
          </StatusTag>
        ) : (
          <span className="task-row-why" title={task.standing.map((fact) => wordsOf(fact).long).join('\n')}>
            <StatusTag tone={reason.tone}>{reason.words}</StatusTag>
          </span>
        )}
      </span>
      <span className="task-row-line secondary small">
        <span className="ellipsis" title={[flags, ...facts].filter(Boolean).join(' · ')}>
          {flags && <b className="text-danger">{flags} </b>}
          {facts.join(' · ')}
        </span>
        <span className="task-row-state">
          {done ? (
            <>
              <ProofTag proof={task.proof} /> <TimeText at={task.completedAt} />
            </>
          ) : (
            [
              task.answeredByPerson && t('links.answeredTag'),
              task.ladderStep !== 'phone' && t(`ladder.step.${task.ladderStep}`),
              state,
            ]
              .filter(Boolean)
              .join(' · ')
          )}
        </span>
      </span>
    </>
  )
}
