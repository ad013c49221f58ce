import { type SqlBool, sql } from 'kysely'
import type { PortalAppointment } from '../../../contract/portal.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { appointmentWithin } from '../appointment/book.ts'
import { answer } from '../appointment/link.ts'
import { openSessionFor } from '../booking/session.ts'
import { passOf } from '../form/form.ts'
import { createLink } from '../form/link.ts'
import { appointmentsOf, type About } from './home.ts'

/** @throws {AppError} not-found, already-closed, appointment-too-late, booked-elsewhere */
export async function actOn(
  trx: Trx,
  actor: About,
  id: number,
  act: 'confirm' | 'cancel',
): Promise<PortalAppointment> {
  const reach = found(actor.access['appointment.write'])
  const { rows } =
    await sql`select 1 from appointment a where a.id = ${id} and ${appointmentWithin(reach)}`.execute(trx)
  if (rows.length === 0) throw new AppError('not-found')
  await answer(trx, actor, { kind: 'appointment', id }, act)
  return found((await appointmentsOf(trx, actor, sql<SqlBool>`a.id = ${id}`))[0])
}

/** The page of bookings, for a number that is proved and a person who is known. @throws {AppError} not-found */
export async function openBooking(trx: Trx, actor: About): Promise<{ token: string }> {
  const { rows } = await sql<{ phone: string; site_id: number }>`
    select phone, site_id from portal_session where id = ${actor.sessionId}::bigint`.execute(trx)
  const { phone, site_id: siteId } = found(rows[0])
  const token = await openSessionFor(trx, { phone, siteId, personId: actor.about })
  await audit(trx, actor, { action: 'booking.open', personId: actor.about, fields: ['name-masked'] })
  return { token }
}

/**
 * The form of a task that asks the person something: the same that a one-time link leads to, without the question for the year of birth.
 * @throws {AppError} not-found, already-closed, held-by-other, no-questionnaire
 */
export async function openQuestionnaire(
  trx: Trx,
  actor: About,
  secret: string,
  taskId: number,
): Promise<{ token: string; pass: string }> {
  const { url } = await createLink(
    trx,
    actor,
    taskId,
    { channel: 'shown' },
    { publicUrl: undefined, origin: '' },
  )
  const token = found(url?.split('/').at(-1))
  return { token, pass: passOf(secret, token) }
}
