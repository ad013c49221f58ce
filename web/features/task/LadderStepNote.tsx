import { LinkButton } from '../../ui/LinkButton.tsx'
import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { useWholeApp } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'

/** What to do now that the telephone alone did not reach the person. */
export function LadderStepNote({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const wholeApp = useWholeApp()
  if (task.ladderStep === 'phone') return null
  if (task.ladderStep === 'lost')
    return (
      <Notice tone="warning" title={t('ladder.step.lost')}>
        {t('ladder.todo.lost')}
      </Notice>
    )
  const letter = task.ladderStep === 'letter'
  const begun = task.attemptsMade > 0
  return (
    <Notice
      tone="info"
      title={t('ladder.now', {
        step: t(`ladder.step.${task.ladderStep}`),
        n: task.attemptsMade + 1,
        all: Math.max(task.attemptsAllowed, task.attemptsMade + 1),
      })}
      action={
        wholeApp &&
        letter &&
        !begun && (
          <LinkButton to="/letters/$taskId" params={{ taskId: String(task.id) }}>
            {t('ladder.print')}
          </LinkButton>
        )
      }
    >
      {t(letter && begun ? 'ladder.todo.waiting' : `ladder.todo.${task.ladderStep}`)}
    </Notice>
  )
}
