import { useTranslation } from 'react-i18next'
import type { ClockView } from '../../contract/clock.ts'
import { StatusTag } from './StatusTag.tsx'

/** What is special about a deadline: stopped, overdue, escalated, or not known yet. */
export function ClockTags({ clock, late }: { clock: ClockView; late: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      {late && (
        <StatusTag tone="danger">{t(clock.escalationLevel > 0 ? 'clock.escalated' : 'clock.late')}</StatusTag>
      )}
      {clock.pausedAt !== null && (
        <StatusTag tone="warning">{t('clock.paused', { reason: clock.pauseReason ?? '' })}</StatusTag>
      )}
      {clock.dueAt === null && <StatusTag tone="warning">{t('clock.unknown')}</StatusTag>}
    </>
  )
}
