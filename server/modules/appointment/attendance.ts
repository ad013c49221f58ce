import { sql } from 'kysely'
import type { Appointment } from '../../../contract/appointment.ts'
import type { Actor } from '../../platform/actor.ts'
import { localDate } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { lockAppointment, tell } from './book.ts'
import { judgeNoShows } from './restriction.ts'
import { attend, type AttendanceStep } from './state.ts'
import { type AppointmentRow, viewAppointment } from './view.ts'

const refusals = {
  'already-closed': 'already-closed',
  'too-early': 'appointment-too-early',
  'not-arrived': 'appointment-not-arrived',
  'nothing-to-undo': 'cannot-undo',
} as const

/** @throws {AppError} not-found, changed-meanwhile, already-closed, appointment-too-early, appointment-not-arrived, cannot-undo */
export async function attendAppointment(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, step }: { version: number; step: AttendanceStep },
): Promise<Appointment> {
  return attendLocked(trx, actor, await lockAppointment(trx, actor, id, version), step)
}

/** @throws {AppError} already-closed, appointment-too-early, appointment-not-arrived, cannot-undo */
export async function attendLocked(
  trx: Trx,
  actor: Actor,
  row: AppointmentRow,
  step: AttendanceStep,
): Promise<Appointment> {
  const { id } = row
  const now = new Date()
  const before = {
    status: row.status,
    confirmedAt: row.confirmed_at,
    arrivedAt: row.arrived_at,
    calledAt: row.called_at,
    seenAt: row.seen_at,
    leftAt: row.left_at,
  }
  const change = attend(before, step, {
    now,
    day: localDate(row.starts_at, row.zone) <= localDate(now, row.zone),
    begun: row.starts_at < now,
  })
  if (change === null) return viewAppointment(row, true)
  if (typeof change === 'string') throw new AppError(refusals[change])
  const { event, ...times } = change
  const after = { ...before, ...times }
  await sql`
    update appointment set status = ${after.status}, confirmed_at = ${after.confirmedAt}, arrived_at = ${after.arrivedAt}, called_at = ${after.calledAt},
      seen_at = ${after.seenAt}, left_at = ${after.leftAt}, updated_at = now(), version = version + 1 where id = ${id}`.execute(
    trx,
  )
  if (before.status === 'noshow' || after.status === 'noshow')
    await judgeNoShows(trx, actor, { personId: row.person_id, siteId: row.site_id })
  return tell(trx, actor, id, event, { step })
}
