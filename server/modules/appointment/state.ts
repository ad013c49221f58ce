import type { AppointmentStatus } from '../../../contract/appointment.ts'
import type { EventKind } from '../../../contract/timeline.ts'

export type AttendanceStep = 'confirm' | 'arrive' | 'call' | 'see' | 'leave' | 'miss' | 'undo'

/** What an appointment knows of its day; times are null until then. */
export type Attendance = {
  status: AppointmentStatus
  confirmedAt: Date | null
  arrivedAt: Date | null
  calledAt: Date | null
  seenAt: Date | null
  leftAt: Date | null
}

type Change = Partial<Attendance> & { event: EventKind }
type Refusal = 'already-closed' | 'too-early' | 'not-arrived' | 'nothing-to-undo'

/**
 * What a step on the day makes of an appointment. Statuses are FHIR R4's appointmentstatus; being called and being seen are times within
 * `arrived`. A step that was already done changes nothing.
 * @param day whether it is the day of the appointment at the site, or later
 */
export function attend(
  before: Attendance,
  step: AttendanceStep,
  { now, day, begun }: { now: Date; day: boolean; begun: boolean },
): Change | null | Refusal {
  const { status } = before
  if (status === 'cancelled') return 'already-closed'
  switch (step) {
    case 'confirm':
      if (status !== 'booked') return 'already-closed'
      return before.confirmedAt ? null : { confirmedAt: now, event: 'appointment.confirmed' }
    case 'arrive':
      if (status === 'arrived') return null
      if (status === 'fulfilled') return 'already-closed'
      if (!day) return 'too-early'
      // Who was taken for missing and comes after all has come.
      return { status: 'arrived', arrivedAt: now, event: 'appointment.arrived' }
    case 'call':
    case 'see':
      if (status !== 'arrived') return status === 'fulfilled' ? 'already-closed' : 'not-arrived'
      if (step === 'call') return before.calledAt ? null : { calledAt: now, event: 'appointment.changed' }
      return before.seenAt
        ? null
        : { seenAt: now, calledAt: before.calledAt ?? now, event: 'appointment.changed' }
    case 'leave':
      if (status === 'fulfilled') return null
      if (status !== 'arrived') return 'not-arrived'
      return { status: 'fulfilled', leftAt: now, event: 'appointment.fulfilled' }
    case 'miss':
      if (status === 'noshow') return null
      if (status !== 'booked') return 'already-closed'
      return begun ? { status: 'noshow', event: 'appointment.missed' } : 'too-early'
    case 'undo':
      return undo(before)
  }
}

function undo(before: Attendance): Change | Refusal {
  const event = 'appointment.changed'
  if (before.status === 'fulfilled') return { status: 'arrived', leftAt: null, event }
  if (before.status === 'noshow') return { status: 'booked', event }
  if (before.seenAt) return { seenAt: null, event }
  if (before.calledAt) return { calledAt: null, event }
  if (before.status === 'arrived') return { status: 'booked', arrivedAt: null, event }
  if (before.confirmedAt) return { confirmedAt: null, event }
  return 'nothing-to-undo'
}
