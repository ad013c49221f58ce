import { LinkButton } from '../../ui/LinkButton.tsx'
import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { useWholeApp } from '../../session.tsx'

/** What to do now that the telephone alone did not reach the person. */
export function LadderStepNote({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const wholeApp = useWholeApp()
  if (task.ladderStep === 'phone') return null
  if (task.ladderStep === 'lost')
    return (
      <div className="notice tone-warning" role="note">
        <div>
          <strong>{t('ladder.step.lost')}</strong>
          <p>{t('ladder.todo.lost')}</p>
        </div>
      </div>
    )
  return (
    <div className="notice tone-info" role="note">
      <div>
        <strong>
          {t('ladder.now', {
            step: t(`ladder.step.${task.ladderStep}`),
            n: task.attemptsMade + 1,
            all: Math.max(task.attemptsAllowed, task.attemptsMade + 1),
          })}
        </strong>
        <p>
          {t(
            task.ladderStep === 'letter' && task.attemptsMade > 0
              ? 'ladder.todo.waiting'
              : `ladder.todo.${task.ladderStep}`,
          )}
        </p>
        {wholeApp && task.ladderStep === 'letter' && task.attemptsMade === 0 && (
          <LinkButton to="/letters/$taskId" params={{ taskId: String(task.id) }}>
            {t('ladder.print')}
          </LinkButton>
        )}
      </div>
    </div>
  )
}
