import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Appointment } from '../../../contract/appointment.ts'
import type { BookingChannel } from '../../../contract/clinic-schedule.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { personWithin } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import { cancelTasks } from '../task/transition.ts'
import { placeWithin, siteReached } from './scope.ts'
import { releaseHold, releaseSlots } from './offer.ts'
import { assertUnrestricted, judgeNoShows } from './restriction.ts'
import { assertAvailable, holdSlot, publicSlots, takeSlot, type TakenSlot } from './slot.ts'
import {
  type AppointmentRow,
  appointmentColumns,
  appointmentJoins,
  numberOf,
  viewAppointment,
} from './view.ts'

/** Slots that the actor may book: those of the sites at which they work; people themselves those that are for them. */
export const slotsOf = (actor: Actor, reach: Reach) =>
  actor.kind === 'link' || actor.kind === 'person' ? publicSlots : siteReached(reach, sql`l.site_id`)

/** Appointments `a` that the actor reaches: by their place, or by their person. */
export function appointmentWithin(reach: Reach): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${placeWithin(reach, 'a')} or ${personWithin(reach, personOfRecord(sql`a.person_id`))})`
}

/** Keeps a slot while the patient is on the phone. @throws {AppError} not-found, slot-taken, too-many-holds */
export async function holdForMe(
  trx: Trx,
  actor: Actor,
  slotId: number,
  channel: BookingChannel,
): Promise<Date> {
  const reach = authorize(actor, 'appointment.write')
  const rules = await readSettings(trx, ['appointment.hold-minutes', 'appointment.holds'])
  return holdSlot(
    trx,
    actor.id,
    { slotId, channel, within: slotsOf(actor, reach) },
    { minutes: rules['appointment.hold-minutes'], most: rules['appointment.holds'] },
  )
}

/** Gives back what one holds; again does no harm. @throws {AppError} not-found: no slot within reach */
export async function releaseMine(trx: Trx, actor: Actor, slotId: number): Promise<void> {
  const within = slotsOf(actor, authorize(actor, 'appointment.write'))
  const { rows } = await sql`select 1 from slot l where l.id = ${slotId} and ${within}`.execute(trx)
  if (rows.length === 0) throw new AppError('not-found')
  await releaseHold(trx, actor.id, slotId)
}

export type Booking = {
  personId: number
  slotId: number
  channel: BookingChannel
  urgent?: boolean
  note?: string | null
  taskId?: number | null
  /** One of many that are booked together: the limit of open appointments is not for it. */
  series?: boolean
  /** A number was given that staff have to look at first. */
  numberStated?: boolean
}

/** @throws {AppError} not-found, slot-taken, appointment-overlap, appointment-limit, real-name, booking-restricted, deceased */
export async function bookAppointment(trx: Trx, actor: Actor, input: Booking): Promise<Appointment> {
  const reach = authorize(actor, 'appointment.write')
  return bookSlot(trx, actor, input, { holder: actor.id, within: slotsOf(actor, reach) })
}

/** Who holds the slot, and which slots may be taken. */
type Claim = { holder: string; within: RawBuilder<SqlBool> }

/** The same for a slot that is kept for the person by an offer or a page without log-in. @throws {AppError} as {@link bookAppointment} */
export async function bookSlot(
  trx: Trx,
  actor: Actor,
  input: Booking,
  { holder, within }: Claim,
): Promise<Appointment> {
  await assertAvailable(trx, holder, { slotId: input.slotId, within })
  const person = await whoComes(trx, actor, input.personId)
  if (person.deceased) throw new AppError('deceased')
  await lockPerson(trx, person.id)
  const slot = await takeSlot(trx, holder, { ...input, within })
  await assertRules(trx, person.id, slot, {
    channel: input.channel,
    hasNumber: (input.numberStated ?? false) || person.has_number,
    series: input.series ?? false,
    except: null,
  })
  await assertUnrestricted(trx, person.id, {
    siteId: slot.site_id,
    channel: input.channel,
    urgent: input.urgent ?? false,
  })
  const taskId = await taskOf(trx, input.taskId ?? null, person.id)
  const { rows } = await sql<{ id: number }>`
    insert into appointment (site_id, person_id, department_id, staff_id, room_id, visit_type_id, title, slot_id, starts_at, ends_at, channel,
      urgent, note, task_id, booked_by, booked_by_name)
    values (${slot.site_id}, ${person.id}, ${slot.department_id}, ${slot.staff_id}, ${slot.room_id}, ${slot.visit_type_id}, ${slot.title},
      ${slot.id}, ${slot.starts_at}, ${slot.ends_at}, ${input.channel}, ${input.urgent ?? false}, ${input.note || null}, ${taskId},
      ${actor.id}, ${actor.name}) returning id`.execute(trx)
  return tell(trx, actor, found(rows[0]).id, 'appointment.booked')
}

/** @returns the survivor of the record; `has_number`: proves who somebody is (real-name rule 实名制). @throws {AppError} not-found */
async function whoComes(trx: Trx, actor: Actor, id: number) {
  const within = personWithin(authorize(actor, 'person.read'), sql`p.id`)
  const { rows } = await sql<{ id: number; deceased: boolean; has_number: boolean }>`
    select p.id, (select bool_or(m.deceased) from person m where m.id = any(g.members)) as deceased,
      exists (select 1 from person_identifier i where i.person_id = any(g.members) and i.system in ('national-id', 'passport')) as has_number
    from person p cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    where p.id = ${personOfRecord(sql`${id}`)} and ${within}`.execute(trx)
  return found(rows[0])
}

/** One person's bookings wait for each other. */
async function lockPerson(trx: Trx, personId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('appointment.person'), ${personId}::int)`.execute(trx)
}

/** The task during which it was booked, if it is about this person. @throws {AppError} not-found */
async function taskOf(trx: Trx, taskId: number | null, personId: number): Promise<number | null> {
  if (taskId === null) return null
  const { rows } = await sql<{ id: number }>`
    select id from task where id = ${taskId} and person_id = any(${recordsOf(sql`${personId}`)})`.execute(trx)
  return found(rows[0]).id
}

type Rules = { channel: BookingChannel; hasNumber: boolean; series?: boolean; except: number | null }

/** @throws {AppError} appointment-overlap, appointment-limit, real-name */
async function assertRules(
  trx: Trx,
  personId: number,
  slot: TakenSlot,
  { channel, hasNumber, series = false, except }: Rules,
) {
  const rules = await readSettings(
    trx,
    ['appointment.real-name', 'appointment.per-day', 'appointment.open'],
    slot.site_id,
  )
  if (rules['appointment.real-name'] && !hasNumber && ['web', 'phone'].includes(channel))
    throw new AppError('real-name')
  const { rows } = await sql<{ overlapping: number; same_day: number; open: number }>`
    select count(*) filter (where a.starts_at < ${slot.ends_at} and coalesce(a.ends_at, a.starts_at + interval '1 minute') > ${slot.starts_at})::int
        as overlapping,
      count(*) filter (where a.department_id = ${slot.department_id} and (a.starts_at at time zone s.time_zone)::date
        = (${slot.starts_at}::timestamptz at time zone s.time_zone)::date)::int as same_day,
      count(*)::int as open
    from appointment a join site s on s.id = a.site_id
    where a.person_id = any(${recordsOf(sql`${personId}`)}) and a.status in ('booked', 'arrived') and a.ends_at > now() and a.id is distinct from ${except}`.execute(
    trx,
  )
  const [known] = rows
  if ((known?.overlapping ?? 0) > 0) throw new AppError('appointment-overlap')
  if (
    (known?.same_day ?? 0) >= rules['appointment.per-day'] ||
    (!series && (known?.open ?? 0) >= rules['appointment.open'])
  )
    throw new AppError('appointment-limit')
}

/** The event, the audit and the view of what was just done. */
export async function tell(
  trx: Trx,
  actor: Actor,
  id: number,
  kind: EventKind,
  more: Record<string, unknown> = {},
): Promise<Appointment> {
  const row = await loadAppointment(trx, actor, id)
  await recordEvents(trx, [eventOf(row, actor, kind, more)])
  await audit(trx, actor, { action: kind, personId: row.person_id, subject: `appointment:${id}` })
  return viewAppointment(row, true)
}

/** An event of an appointment in the terms in which the feeds tell of appointments as well. */
export function eventOf(
  row: AppointmentRow,
  actor: Actor,
  kind: EventKind,
  more: Record<string, unknown> = {},
) {
  return {
    personId: row.record_id,
    at: new Date(),
    kind,
    source: sourceOf(actor),
    actorId: actor.id,
    data: {
      subject: { kind: 'appointment', id: row.id },
      siteId: row.site_id,
      code: { text: row.title },
      start: row.starts_at.toISOString(),
      end: row.ends_at?.toISOString(),
      department: row.department_name ?? undefined,
      performer: row.staff_name ?? undefined,
      orderNumber: numberOf(row.id),
      status: row.status,
      ...more,
    },
  }
}

async function loadAppointment(trx: Trx, actor: Actor, id: number): Promise<AppointmentRow> {
  const { rows } = await sql<AppointmentRow>`
    select null as sort_key, ${appointmentColumns(actor)} from appointment a ${appointmentJoins} where a.id = ${id}`.execute(
    trx,
  )
  return found(rows[0])
}

/**
 * An appointment to be changed, locked.
 * @throws {AppError} not-found, changed-meanwhile
 */
export async function lockAppointment(
  trx: Trx,
  actor: Actor,
  id: number,
  version: number,
): Promise<AppointmentRow> {
  const row = await lockReached(trx, actor, id, appointmentWithin(authorize(actor, 'appointment.write')))
  if (row.version !== version) throw new AppError('changed-meanwhile')
  return row
}

/** The same for somebody who has a right to just this one. @throws {AppError} not-found */
export async function lockReached(
  trx: Trx,
  actor: Actor,
  id: number,
  within: RawBuilder<SqlBool>,
): Promise<AppointmentRow> {
  const { rows } = await sql`select 1 from appointment a where a.id = ${id} and ${within} for update`.execute(
    trx,
  )
  found(rows[0])
  return loadAppointment(trx, actor, id)
}

/** Calls about another time that nobody needs any more. Who moves an appointment during such a call says so in its result instead. */
export async function endRebookCalls(
  trx: Trx,
  actor: Actor,
  ids: number[],
  reason: 'booked-again' | 'appointment-cancelled' | 'clinic-resumed',
): Promise<void> {
  const which = sql<SqlBool>`t.subject_kind = 'appointment' and t.subject_id = any(${ids}::bigint[]) and t.cause like 'rebook:%'`
  await cancelTasks(trx, which, { reason, actorId: actor.id, source: sourceOf(actor) })
}

/** What another system booked is changed there. @throws {AppError} already-closed, booked-elsewhere */
function assertChangeable(row: AppointmentRow): void {
  if (row.source !== 'careloop') throw new AppError('booked-elsewhere')
  if (row.status !== 'booked') throw new AppError('already-closed')
}

/** @throws {AppError} not-found, changed-meanwhile, already-closed, slot-taken, appointment-overlap, appointment-limit */
export async function rescheduleAppointment(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, slotId, channel }: { version: number; slotId: number; channel: BookingChannel },
): Promise<Appointment> {
  const reach = authorize(actor, 'appointment.write')
  const row = await lockAppointment(trx, actor, id, version)
  return moveTo(trx, actor, row, { slotId, channel }, { holder: actor.id, within: slotsOf(actor, reach) })
}

/** Moves a locked appointment to a slot. @throws {AppError} already-closed, slot-taken, appointment-overlap, appointment-limit */
export async function moveTo(
  trx: Trx,
  actor: Actor,
  row: AppointmentRow,
  { slotId, channel }: { slotId: number; channel: BookingChannel },
  { holder, within }: Claim,
): Promise<Appointment> {
  const { id } = row
  assertChangeable(row)
  await lockPerson(trx, row.person_id)
  const slot = await takeSlot(trx, holder, { slotId, channel, within })
  await assertRules(trx, row.person_id, slot, { channel, hasNumber: true, except: id })
  await sql`
    update appointment set (site_id, department_id, staff_id, room_id, visit_type_id, title, slot_id, starts_at, ends_at, channel)
      = (${slot.site_id}, ${slot.department_id}::int, ${slot.staff_id}::int, ${slot.room_id}::int, ${slot.visit_type_id}::int, ${slot.title}, ${slot.id}::bigint,
         ${slot.starts_at}::timestamptz, ${slot.ends_at}::timestamptz, ${channel}),
      confirmed_at = null, rebook = null, updated_at = now(), version = version + 1 where id = ${id}`.execute(
    trx,
  )
  if (row.slot_id !== null) await releaseSlots(trx, [row.slot_id])
  if (actor.kind === 'link') await endRebookCalls(trx, actor, [id], 'booked-again')
  return tell(trx, actor, id, 'appointment.rescheduled', { before: row.starts_at.toISOString() })
}

/** @throws {AppError} not-found, changed-meanwhile, already-closed */
export async function cancelAppointment(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, by, reason }: { version: number; by: NonNullable<Appointment['cancelledBy']>; reason: string },
): Promise<Appointment> {
  return cancelLocked(trx, actor, await lockAppointment(trx, actor, id, version), { by, reason })
}

/** @throws {AppError} already-closed, booked-elsewhere */
export async function cancelLocked(
  trx: Trx,
  actor: Actor,
  row: AppointmentRow,
  { by, reason }: { by: NonNullable<Appointment['cancelledBy']>; reason: string },
): Promise<Appointment> {
  const { id } = row
  assertChangeable(row)
  await sql`
    update appointment set status = 'cancelled', cancelled_at = now(), cancelled_by = ${by}, cancel_reason = ${reason}, rebook = null, updated_at = now(), version = version + 1
    where id = ${id}`.execute(trx)
  if (row.slot_id !== null) await releaseSlots(trx, [row.slot_id])
  if (actor.kind === 'link') await endRebookCalls(trx, actor, [id], 'appointment-cancelled')
  if (by === 'patient') await judgeNoShows(trx, actor, { personId: row.person_id, siteId: row.site_id })
  return tell(trx, actor, id, 'appointment.cancelled', { by, note: reason })
}
