import { useTranslation } from 'react-i18next'
import type { TaskSummary } from '../../../contract/task.ts'
import { calendarDays } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ProofTag } from './ProofTag.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useListReason } from './ListReasonLine.tsx'
import { useReason } from './reasonWords.ts'
import { outcomeGroup, subjectName } from './subject.ts'

/** Three short lines: why now, who, what from. */
export function TaskRow({ task, done }: { task: TaskSummary; done: boolean }) {
  const { t } = useTranslation()
  const code = useCode()
  const reason = useReason()(task)
  const wordsOf = useListReason()
  const since = task.dischargedAt ? calendarDays(new Date(task.dischargedAt), new Date()) : null
  return (
    <>
      <span className="task-row-line">
        {done ? (
          <StatusTag tone="success">
            {code(outcomeGroup(task), task.outcome) || code('taskStatus', task.status)}
          </StatusTag>
        ) : (
          <span title={task.standing.map((fact) => wordsOf(fact).long).join('\n')}>
            <StatusTag tone={reason.tone}>{reason.words}</StatusTag>
          </span>
        )}
        <span className="secondary small">
          {done ? (
            <>
              <ProofTag proof={task.proof} /> <TimeText at={task.completedAt} />
            </>
          ) : task.heldByMe ? (
            t('desk.heldByMe')
          ) : task.heldByName ? (
            t('desk.heldBy', { name: task.heldByName })
          ) : task.attempts > 0 ? (
            t('desk.attemptsSoFar', { n: task.attempts })
          ) : null}
        </span>
      </span>
      <span className="task-row-line">
        <strong className="ellipsis">{subjectName(task)}</strong>
        {task.personId !== null && (
          <span className="task-row-who">
            {code('sex', task.sex)} {task.ageYears !== null && t('common.years', { n: task.ageYears })}
          </span>
        )}
        {task.answeredByPerson && !done && <StatusTag tone="info">{t('links.answeredTag')}</StatusTag>}
        {task.ladderStep !== 'phone' && (
          <StatusTag tone="info">{t(`ladder.step.${task.ladderStep}`)}</StatusTag>
        )}
        {task.level !== null && <span className="level-mark">{t('desk.level', { n: task.level })}</span>}
      </span>
      <span className="secondary small ellipsis">
        {[
          task.departmentName,
          since === null
            ? null
            : since === 0
              ? t('desk.dischargedToday')
              : t('desk.discharged', { n: since }),
          task.kind === 'red-flag' ? task.title : (task.conditionText ?? task.title),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  )
}
