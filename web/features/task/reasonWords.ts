import { useTranslation } from 'react-i18next'
import type { TaskSummary } from '../../../contract/task.ts'
import { calendarDays } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

/** Why a task stands where it stands, in a nurse's words. */
export function useReason() {
  const { t } = useTranslation()
  const time = useTime()
  return (task: TaskSummary): { words: string; tone: Tone } => {
    const now = new Date()
    const due = new Date(task.dueAt)
    if (task.reason === 'red-flag') {
      const left = Math.floor((due.getTime() - now.getTime()) / 60_000)
      const words =
        left >= 120
          ? t('desk.reason.flagLeftHours', { n: Math.floor(left / 60) })
          : left >= 0
            ? t('desk.reason.flagLeft', { n: left })
            : left > -24 * 60
              ? t('desk.reason.flagHours', { n: Math.max(1, Math.floor(-left / 60)) })
              : t('desk.reason.flagDays', { n: Math.floor(-left / 1440) })
      return { words, tone: 'danger' }
    }
    if (task.reason === 'overdue') {
      const hours = Math.max(1, Math.floor((now.getTime() - due.getTime()) / 3_600_000))
      const words =
        hours < 24
          ? t('desk.reason.overdueHours', { n: hours })
          : t('desk.reason.overdueDays', { n: Math.floor(hours / 24) })
      return { words, tone: 'danger' }
    }
    if (task.reason === 'call-back-due') {
      return {
        words: t('desk.reason.call-back-due', { time: time.moment(task.nextAttemptAt ?? task.dueAt) }),
        tone: 'warning',
      }
    }
    if (task.reason === 'due-today') return { words: t('desk.reason.due-today'), tone: 'warning' }
    if (task.nextAttemptAt && new Date(task.nextAttemptAt) > now) {
      return { words: t('desk.reason.waiting', { time: time.moment(task.nextAttemptAt) }), tone: 'info' }
    }
    const days = calendarDays(now, due)
    if (task.reason === 'due-soon')
      return { words: t('desk.reason.dueIn', { n: Math.max(1, days) }), tone: 'primary' }
    return { words: t('desk.reason.later', { time: time.day(due) }), tone: 'neutral' }
  }
}
