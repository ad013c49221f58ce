import { sql } from 'kysely'
import type { Schedule, ScheduleFields } from '../../../contract/clinic-schedule.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { shiftDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertOfSite } from './catalogue.ts'
import {
  followSchedule,
  horizonOf,
  type MadeSessions,
  scheduleColumns,
  type ScheduleRow,
} from './generate.ts'
import { authorizePlace, authorizeSite, siteReached } from './scope.ts'
import { capacityOf } from './slot-plan.ts'

/** How far ahead clinics may be planned, in days. CareLoop choice: two years. */
export const farthestDays = 731

type Named = ScheduleRow & {
  department_name: string
  staff_name: string | null
  room_name: string | null
  equipment_name: string | null
  visit_type_name: string
}

/** Names of what a schedule or session `c` refers to. */
export const placeNames = sql`
  d.name as department_name, h.name as staff_name, r.name as room_name, q.name as equipment_name, v.name as visit_type_name`
export const placeJoins = sql`
  join department d on d.id = c.department_id left join staff h on h.id = c.staff_id left join resource r on r.id = c.room_id
  left join resource q on q.id = c.equipment_id join visit_type v on v.id = c.visit_type_id`

export async function listSchedules(
  db: Db,
  actor: Actor,
  filter: { siteId?: number | undefined; departmentId?: number | undefined; staffId?: number | undefined },
): Promise<{ items: Schedule[] }> {
  const reach = authorize(actor, 'schedule.read')
  const is = (column: string, value: number | undefined) =>
    value === undefined ? sql`true` : sql`${sql.ref(column)} = ${value}`
  const { rows } = await sql<Named>`
    select ${scheduleColumns}, ${placeNames} from schedule c ${placeJoins}
    where ${siteReached(reach, sql`c.site_id`)} and ${is('c.site_id', filter.siteId)}
      and ${is('c.department_id', filter.departmentId)} and ${is('c.staff_id', filter.staffId)}
    order by d.name, h.name nulls first, c.weekday, c.starts, c.id`.execute(db)
  return { items: rows.map(view) }
}

type WithSessions = Schedule & { sessions: MadeSessions }

/** @throws {AppError} not-found, invalid */
export async function createSchedule(trx: Trx, actor: Actor, input: ScheduleFields): Promise<WithSessions> {
  await assertFits(trx, actor, input)
  if (input.validTo !== null && input.validTo < shiftDate(new Date().toISOString().slice(0, 10), -1))
    throw new AppError('invalid', undefined, [{ path: 'validTo', message: 'is over' }])
  const { rows } = await sql<{ id: number }>`
    insert into schedule (site_id, department_id, staff_id, room_id, equipment_id, visit_type_id, weekday, starts, ends, slot_minutes, places,
      overbook, quotas, valid_from, valid_to, holidays, make_up)
    values (${input.siteId}, ${valuesOf(input)}) returning id`.execute(trx)
  const id = found(rows[0]).id
  await audit(trx, actor, { action: 'schedule.create', subject: `schedule:${id}` })
  const schedule = await follow(trx, id)
  const { made, kept } = schedule.sessions
  // Not one of its days has room: nothing is gained by keeping it.
  if (made === 0 && kept.length > 0) throw new AppError('session-overlap')
  return schedule
}

/** @throws {AppError} not-found, invalid, changed-meanwhile */
export async function updateSchedule(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...input }: ScheduleFields & { version: number },
): Promise<WithSessions> {
  const before = await lockSchedule(trx, actor, id)
  if (before.site_id !== input.siteId)
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'A schedule stays at its site.' }])
  if (before.version !== version) throw new AppError('changed-meanwhile')
  await assertFits(trx, actor, input)
  await sql`
    update schedule set (department_id, staff_id, room_id, equipment_id, visit_type_id, weekday, starts, ends, slot_minutes, places, overbook,
      quotas, valid_from, valid_to, holidays, make_up) = (${valuesOf(input)}), version = version + 1 where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'schedule.update', subject: `schedule:${id}` })
  return follow(trx, id)
}

/** Its coming sessions without patients go; those with patients stay. @throws {AppError} not-found */
export async function deleteSchedule(trx: Trx, actor: Actor, id: number): Promise<MadeSessions> {
  const { site_id: siteId, zone } = await lockSchedule(trx, actor, id)
  const gone = await followSchedule(trx, id, null, await horizonOf(trx, siteId, zone))
  await sql`delete from schedule where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'schedule.delete', subject: `schedule:${id}` })
  return gone
}

async function assertFits(trx: Trx, actor: Actor, input: ScheduleFields): Promise<void> {
  authorizePlace(actor, input)
  await authorizeSite(trx, actor, 'schedule.write', input.siteId)
  await assertOfSite(trx, input.siteId, input)
  if (input.ends <= input.starts)
    throw new AppError('invalid', undefined, [{ path: 'ends', message: 'is not after the beginning' }])
  if (input.validTo !== null && input.validTo < input.validFrom)
    throw new AppError('invalid', undefined, [{ path: 'validTo', message: 'is before the first day' }])
  const today = new Date().toISOString().slice(0, 10)
  if (input.validFrom > shiftDate(today, farthestDays))
    throw new AppError('invalid', undefined, [
      { path: 'validFrom', message: `is more than ${farthestDays} days ahead` },
    ])
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
  assertPlaces({ ...input, minutes: minute(input.ends) - minute(input.starts) })
}

/** @throws {AppError} invalid */
export function assertPlaces(rules: Parameters<typeof capacityOf>[0]): void {
  const capacity = capacityOf(rules)
  if (capacity === 0)
    throw new AppError('invalid', undefined, [
      { path: 'slotMinutes', message: 'is longer than the whole session' },
    ])
  if (capacity > 500)
    throw new AppError('invalid', undefined, [
      { path: 'places', message: 'makes more than 500 slots a session' },
    ])
  if (new Set(rules.quotas.map((one) => one.channel)).size < rules.quotas.length)
    throw new AppError('invalid', undefined, [{ path: 'quotas', message: 'names a channel twice' }])
  if (rules.quotas.reduce((sum, one) => sum + one.places, 0) > capacity)
    throw new AppError('invalid', undefined, [
      { path: 'quotas', message: `are more than the ${capacity} places of a session` },
    ])
}

const valuesOf = (input: ScheduleFields) => sql`
  ${input.departmentId}, ${input.staffId}, ${input.roomId}, ${input.equipmentId}, ${input.visitTypeId}, ${input.weekday}, ${input.starts},
  ${input.ends}, ${input.slotMinutes}, ${input.places}, ${input.overbook}, ${JSON.stringify(input.quotas)}::jsonb, ${input.validFrom},
  ${input.validTo}, ${input.holidays}, ${input.makeUp}`

async function lockSchedule(trx: Trx, actor: Actor, id: number): Promise<ScheduleRow & { zone: string }> {
  const { rows } = await sql<ScheduleRow & { zone: string }>`
    select ${scheduleColumns}, s.time_zone as zone from schedule c join site s on s.id = c.site_id where c.id = ${id} for update of c`.execute(
    trx,
  )
  const row = found(rows[0])
  authorizePlace(actor, { siteId: row.site_id, departmentId: row.department_id })
  return row
}

async function follow(trx: Trx, id: number): Promise<WithSessions> {
  const { rows } = await sql<Named & { zone: string }>`
    select ${scheduleColumns}, ${placeNames}, s.time_zone as zone from schedule c join site s on s.id = c.site_id ${placeJoins} where c.id = ${id}`.execute(
    trx,
  )
  const row = found(rows[0])
  const sessions = await followSchedule(trx, id, row, await horizonOf(trx, row.site_id, row.zone))
  return { ...view(row), sessions }
}

function view(row: Named): Schedule {
  return {
    id: row.id,
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
    weekday: row.weekday,
    starts: row.starts,
    ends: row.ends,
    slotMinutes: row.slot_minutes,
    places: row.places,
    overbook: row.overbook,
    quotas: row.quotas,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    holidays: row.holidays,
    makeUp: row.make_up,
    version: row.version,
  }
}
