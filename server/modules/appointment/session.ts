import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  ClinicSession,
  createClinicSession as createRoute,
  listClinicSessions as listRoute,
  updateClinicSession as updateRoute,
} from '../../../contract/clinic-schedule.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { endRebookCalls, eventOf } from './book.ts'
import { assertOfSite } from './catalogue.ts'
import { insertSlots } from './generate.ts'
import { assertPlaces, farthestDays, placeJoins, placeNames } from './schedule.ts'
import { closeOffer, lockWaitlist, type Offer, offerColumns } from './offer.ts'
import { authorizePlace, authorizeSite } from './scope.ts'
import { planSlots } from './slot-plan.ts'
import { type AppointmentRow, appointmentColumns, appointmentJoins } from './view.ts'

type Row = {
  id: number
  schedule_id: number | null
  site_id: number
  department_id: number
  department_name: string
  staff_id: number | null
  staff_name: string | null
  room_id: number | null
  room_name: string | null
  equipment_id: number | null
  equipment_name: string | null
  visit_type_id: number
  visit_type_name: string
  date: string
  starts_at: Date
  ends_at: Date
  status: ClinicSession['status']
  reason: string | null
  version: number
  slots: number
  free: number
  booked: number
}

const columns = sql`
  c.id, c.schedule_id, c.site_id, c.department_id, c.staff_id, c.room_id, c.equipment_id, c.visit_type_id, c.date::text as date,
  lower(c.period) as starts_at, upper(c.period) as ends_at, c.status, c.reason, c.version, ${placeNames}, n.slots, n.free, n.booked`
const joins = sql`
  ${placeJoins} cross join lateral (
    select count(*) filter (where not l.overbooked)::int as slots, count(*) filter (where l.status = 'free' and not l.overbooked)::int as free,
      count(*) filter (where l.status = 'booked')::int as booked from slot l where l.session_id = c.id) n`

const longest = 62

/** @throws {AppError} not-found, invalid */
export async function listSessions(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const timeZone = await authorizeSite(db, actor, 'schedule.read', query.siteId)
  if (query.to < query.from || (Date.parse(query.to) - Date.parse(query.from)) / 86_400_000 > longest)
    throw new AppError('invalid', undefined, [
      { path: 'to', message: `at most ${longest} days from the first` },
    ])
  const is = (column: string, value: number | undefined) =>
    value === undefined ? sql`true` : sql`${sql.ref(column)} = ${value}`
  const { rows } = await sql<Row>`
    select ${columns} from clinic_session c ${joins}
    where c.site_id = ${query.siteId} and c.date between ${query.from} and ${query.to} and ${is('c.department_id', query.departmentId)}
      and ${is('c.staff_id', query.staffId)} and (${is('c.room_id', query.resourceId)} or ${is('c.equipment_id', query.resourceId)})
    order by lower(c.period), d.name, c.id limit 5000`.execute(db)
  return { timeZone, items: rows.map((row) => view(row, mayWrite(actor, row))) }
}

/** @throws {AppError} not-found, invalid, session-overlap */
export async function createSession(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof createRoute.body>,
): Promise<ClinicSession> {
  authorizePlace(actor, input)
  const zone = await authorizeSite(trx, actor, 'schedule.write', input.siteId)
  await assertOfSite(trx, input.siteId, input)
  const minutes = Math.round((Date.parse(input.endsAt) - Date.parse(input.startsAt)) / 60_000)
  if (minutes <= 0 || minutes > 24 * 60)
    throw new AppError('invalid', undefined, [
      { path: 'endsAt', message: 'is not within a day after the beginning' },
    ])
  assertAhead(new Date(input.startsAt))
  const rules = { ...input, minutes }
  assertPlaces(rules)
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into clinic_session (site_id, department_id, staff_id, room_id, equipment_id, visit_type_id, date, period, overbook)
      values (${input.siteId}, ${input.departmentId}, ${input.staffId}, ${input.roomId}, ${input.equipmentId}, ${input.visitTypeId},
        (${input.startsAt}::timestamptz at time zone ${zone})::date, tstzrange(${input.startsAt}, ${input.endsAt}), ${input.overbook})
      returning id, date, site_id, department_id, staff_id, visit_type_id, period
    ), slots as (${insertSlots(planSlots(rules))})
    select id from made`
    .execute(trx)
    .catch(refuseOverlap)
  const id = found(rows[0]).id
  await audit(trx, actor, { action: 'clinic-session.create', subject: `clinic-session:${id}` })
  return load(trx, id)
}

/** A mistyped year would stand in nobody's calendar, and be offered to patients. @throws {AppError} invalid */
function assertAhead(startsAt: Date): void {
  const days = (startsAt.getTime() - Date.now()) / 86_400_000
  if (days >= 0 && days <= farthestDays) return
  const message = days < 0 ? 'is over' : `is more than ${farthestDays} days ahead`
  throw new AppError('invalid', undefined, [{ path: 'startsAt', message }])
}

function refuseOverlap(error: unknown): never {
  // exclusion_violation
  throw (error as { code?: string }).code === '23P01' ? new AppError('session-overlap') : error
}

async function load(trx: Trx, id: number): Promise<ClinicSession> {
  const { rows } =
    await sql<Row>`select ${columns} from clinic_session c ${joins} where c.id = ${id}`.execute(trx)
  return view(found(rows[0]), true)
}

/**
 * The list of those who wait is locked first, as by everybody who makes offers: with the slots locked already, the two would wait for each other.
 * @throws {AppError} not-found, changed-meanwhile, already-closed
 */
async function lock(trx: Trx, actor: Actor, id: number, version: number) {
  const { rows: places } = await sql<{ department_id: number }>`
    select department_id from clinic_session where id = ${id}`.execute(trx)
  await lockWaitlist(trx, found(places[0]).department_id)
  const { rows } = await sql<Omit<Row, 'slots' | 'free' | 'booked'>>`
    select c.id, c.site_id, c.department_id, c.staff_id, c.room_id, c.equipment_id, c.visit_type_id, lower(c.period) as starts_at,
      upper(c.period) as ends_at, c.status, c.version from clinic_session c where c.id = ${id} for update`.execute(
    trx,
  )
  const row = found(rows[0])
  authorizePlace(actor, { siteId: row.site_id, departmentId: row.department_id })
  if (row.version !== version) throw new AppError('changed-meanwhile')
  if (row.ends_at < new Date()) throw new AppError('already-closed')
  return row
}

/**
 * Another doctor, room or time: slots and booked patients move along.
 * @throws {AppError} not-found, changed-meanwhile, already-closed, invalid, session-overlap
 */
export async function updateSession(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...input }: z.output<typeof updateRoute.body>,
): Promise<ClinicSession> {
  const row = await lock(trx, actor, id, version)
  const after = {
    departmentId: row.department_id,
    visitTypeId: row.visit_type_id,
    staffId: input.staffId === undefined ? row.staff_id : input.staffId,
    roomId: input.roomId === undefined ? row.room_id : input.roomId,
    equipmentId: input.equipmentId === undefined ? row.equipment_id : input.equipmentId,
  }
  await assertOfSite(trx, row.site_id, after)
  const shiftMs = input.startsAt === undefined ? 0 : Date.parse(input.startsAt) - row.starts_at.getTime()
  if (shiftMs !== 0) assertAhead(new Date(row.starts_at.getTime() + shiftMs))
  const shift = sql`${shiftMs / 1000} * interval '1 second'`
  await sql`
    update clinic_session c set staff_id = ${after.staffId}, room_id = ${after.roomId}, equipment_id = ${after.equipmentId},
      period = tstzrange(lower(period) + ${shift}, upper(period) + ${shift}),
      date = ((lower(period) + ${shift}) at time zone (select time_zone from site where id = c.site_id))::date, version = version + 1
    where id = ${id}`
    .execute(trx)
    .catch(refuseOverlap)
  await sql`
    update slot set staff_id = ${after.staffId}, starts_at = starts_at + ${shift}, ends_at = ends_at + ${shift}, release_at = release_at + ${shift}
    where session_id = ${id}`.execute(trx)
  // Other equipment is nothing that patients have to know.
  const standIn = after.staffId !== row.staff_id || after.roomId !== row.room_id
  if (shiftMs !== 0) await withdrawOffers(trx, id)
  const { rows: moved } = await sql<{ id: number; before: Date }>`
    update appointment a set staff_id = ${after.staffId}, room_id = ${after.roomId}, starts_at = a.starts_at + ${shift}, ends_at = a.ends_at + ${shift},
      confirmed_at = case when ${shiftMs === 0} then a.confirmed_at end, updated_at = now(), version = a.version + 1
    from slot l where l.id = a.slot_id and l.session_id = ${id} and a.status = 'booked' returning a.id, a.starts_at - ${shift} as before`.execute(
    trx,
  )
  await tellPatients(
    trx,
    actor,
    moved.map((one) => one.id),
    shiftMs === 0 ? 'appointment.changed' : 'appointment.rescheduled',
    standIn && shiftMs === 0 ? { cause: 'stand-in' } : {},
  )
  await audit(trx, actor, {
    action: 'clinic-session.update',
    subject: `clinic-session:${id}`,
    fields: Object.keys(input),
  })
  return load(trx, id)
}

/** Its free slots close; the patients stay on the list of those who need another time. @throws {AppError} not-found, changed-meanwhile, already-closed */
export async function suspendSession(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, reason }: { version: number; reason: string },
): Promise<ClinicSession> {
  const row = await lock(trx, actor, id, version)
  if (row.status === 'suspended') throw new AppError('already-closed')
  await sql`update clinic_session set status = 'suspended', reason = ${reason}, version = version + 1 where id = ${id}`.execute(
    trx,
  )
  await sql`
    update slot set status = 'blocked', held_by = null, held_until = null where session_id = ${id} and status in ('free', 'held')`.execute(
    trx,
  )
  await withdrawOffers(trx, id)
  const { rows } = await sql<{ id: number }>`
    update appointment a set rebook = 'wanted', version = a.version + 1 from slot l
    where l.id = a.slot_id and l.session_id = ${id} and a.status = 'booked' returning a.id`.execute(trx)
  await tellPatients(
    trx,
    actor,
    rows.map((one) => one.id),
    'appointment.suspended',
    { note: reason },
  )
  await audit(trx, actor, { action: 'clinic-session.suspend', subject: `clinic-session:${id}` })
  return load(trx, id)
}

/** @throws {AppError} not-found, changed-meanwhile, already-closed, session-overlap */
export async function resumeSession(
  trx: Trx,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<ClinicSession> {
  const row = await lock(trx, actor, id, version)
  if (row.status === 'open') throw new AppError('already-closed')
  await sql`update clinic_session set status = 'open', reason = null, version = version + 1 where id = ${id}`
    .execute(trx)
    .catch(refuseOverlap)
  await sql`update slot set status = 'free' where session_id = ${id} and status = 'blocked'`.execute(trx)
  await keepPatients(trx, actor, id)
  await audit(trx, actor, { action: 'clinic-session.resume', subject: `clinic-session:${id}` })
  return load(trx, id)
}

/** Slots of the session that are kept for somebody: nobody may take them at this time any more, and whoever waits gets the next offer. */
async function withdrawOffers(trx: Trx, sessionId: number): Promise<void> {
  const { rows } = await sql<Offer>`
    select ${offerColumns} from slot_offer o join slot l on l.id = o.slot_id
    where l.session_id = ${sessionId} and o.status = 'open' order by o.id for update of o`.execute(trx)
  for (const offer of rows) await closeOffer(trx, offer, 'withdrawn')
}

/** Who has not moved meanwhile comes as planned: what was offered instead is free again. */
async function keepPatients(trx: Trx, actor: Actor, sessionId: number): Promise<void> {
  const { rows: offers } = await sql<Offer>`
    select ${offerColumns} from slot_offer o join appointment a on a.id = o.appointment_id join slot l on l.id = a.slot_id
    where l.session_id = ${sessionId} and o.waitlist_entry_id is null and o.status = 'open' order by o.id for update of o`.execute(
    trx,
  )
  for (const offer of offers) await closeOffer(trx, offer, 'withdrawn')
  const { rows } = await sql<{ id: number }>`
    update appointment a set rebook = null, version = a.version + 1 from slot l
    where l.id = a.slot_id and l.session_id = ${sessionId} and a.rebook is not null returning a.id`.execute(
    trx,
  )
  const ids = rows.map((one) => one.id)
  await endRebookCalls(trx, actor, ids, 'clinic-resumed')
  // Systems that were told of the suspension learn that they come as planned.
  await tellPatients(trx, actor, ids, 'appointment.changed', { cause: 'clinic-resumed' })
}

async function tellPatients(
  trx: Trx,
  actor: Actor,
  ids: number[],
  kind: EventKind,
  more: Record<string, unknown> = {},
): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<AppointmentRow>`
    select null as sort_key, ${appointmentColumns(actor)} from appointment a ${appointmentJoins} where a.id = any(${ids}::bigint[]) order by a.id`.execute(
    trx,
  )
  await recordEvents(
    trx,
    rows.map((row) => eventOf(row, actor, kind, more)),
  )
}

function mayWrite(actor: Actor, row: Row): boolean {
  const reach = actor.access['schedule.write']
  return (
    reach !== undefined &&
    (reach.all || reach.siteIds.includes(row.site_id) || reach.departmentIds.includes(row.department_id))
  )
}

function view(row: Row, may: boolean): ClinicSession {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    siteId: row.site_id,
    departmentId: row.department_id,
    departmentName: row.department_name,
    staffId: row.staff_id,
    staffName: row.staff_name,
    roomId: row.room_id,
    roomName: row.room_name,
    equipmentId: row.equipment_id,
    equipmentName: row.equipment_name,
    visitTypeId: row.visit_type_id,
    visitTypeName: row.visit_type_name,
    date: row.date,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    status: row.status,
    reason: row.reason,
    version: row.version,
    slots: row.slots,
    free: row.free,
    booked: row.booked,
    mayWrite: may,
  }
}
