import type { Appointment } from '../../../contract/appointment.ts'

type Step = 'confirm' | 'arrive' | 'call' | 'see' | 'leave' | 'miss' | 'undo'

/** What usually comes next, first; then what else may be noted. */
export function stepsOf({ status, startsAt, timeZone, confirmedAt, calledAt, seenAt }: Appointment): Step[] {
  const day = (at: Date) => at.toLocaleDateString('sv-SE', { timeZone })
  const now = new Date()
  if (status === 'booked') {
    if (day(now) < day(new Date(startsAt))) return confirmedAt ? ['undo'] : ['confirm']
    const begun = now > new Date(startsAt)
    return ['arrive', ...(begun ? (['miss'] as const) : [])]
  }
  if (status === 'arrived')
    return [...(seenAt ? [] : calledAt ? (['see'] as const) : (['call', 'see'] as const)), 'leave', 'undo']
  if (status === 'noshow') return ['arrive', 'undo']
  return status === 'fulfilled' ? ['undo'] : []
}
