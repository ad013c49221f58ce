import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { useWholeApp } from '../../session.tsx'

/** What to do now that the telephone alone did not reach the person. */
export function RungNote({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const wholeApp = useWholeApp()
  if (task.rung === 'phone') return null
  if (task.rung === 'lost')
    return (
      <div className="notice tone-warning" role="note">
        <div>
          <strong>{t('ladder.rung.lost')}</strong>
          <p>{t('ladder.todo.lost')}</p>
        </div>
      </div>
    )
  return (
    <div className="notice tone-info" role="note">
      <div>
        <strong>
          {t('ladder.now', {
            rung: t(`ladder.rung.${task.rung}`),
            n: task.attemptsMade + 1,
            all: Math.max(task.attemptsAllowed, task.attemptsMade + 1),
          })}
        </strong>
        <p>
          {t(
            task.rung === 'letter' && task.attemptsMade > 0
              ? 'ladder.todo.waiting'
              : `ladder.todo.${task.rung}`,
          )}
        </p>
        {wholeApp && task.rung === 'letter' && task.attemptsMade === 0 && (
          <Link to="/letters/$taskId" params={{ taskId: String(task.id) }} className="soft-button">
            {t('ladder.print')}
          </Link>
        )}
      </div>
    </div>
  )
}
