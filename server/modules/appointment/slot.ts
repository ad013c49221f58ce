import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Slot } from '../../../contract/appointment.ts'
import type { BookingChannel } from '../../../contract/clinic-schedule.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { withinExpected } from './no-show/risk.ts'

export type SlotSearch = {
  siteId: number
  channel: BookingChannel
  from?: string | undefined
  to?: string | undefined
  departmentId?: number | undefined
  staffId?: number | undefined
  visitTypeId?: number | undefined
  each: 'slot' | 'doctor' | 'day'
  overbook: boolean
  limit: number
}

/** Whether a channel may take slot `l`: it is everybody's, this channel's, or released. */
export const openTo = (channel: BookingChannel): RawBuilder<SqlBool> =>
  sql<SqlBool>`(l.channel is null or l.channel = ${channel} or l.release_at <= now())`

/** A place above those of a session is only for when nothing else of the session is left, and never for the web. */
const wanted = (
  channel: BookingChannel,
): RawBuilder<SqlBool> => sql<SqlBool>`(not l.overbooked or (${channel !== 'web'}
  and not exists (select 1 from slot other where other.session_id = l.session_id and other.status = 'free' and not other.overbooked
    and other.starts_at > now() and (other.channel is null or other.channel = ${channel} or other.release_at <= now()))))`

/** Whether a channel could take slot `l` now. */
export const bookable = (channel: BookingChannel): RawBuilder<SqlBool> =>
  sql<SqlBool>`((l.status = 'free' or (l.status = 'held' and l.held_until < now())) and l.starts_at > now() and ${openTo(channel)} and ${wanted(channel)})`

/** Slots `l` of kinds of visits that people may book themselves. */
export const publicSlots = sql<SqlBool>`l.visit_type_id in (select id from visit_type where public and active)`

const columns = sql`
  l.id, l.session_id as "sessionId", l.site_id as "siteId", l.department_id as "departmentId", d.name as "departmentName", l.staff_id as "staffId",
  h.name as "staffName", h.title as "staffTitle", r.name as "roomName", l.visit_type_id as "visitTypeId", v.name as "visitTypeName",
  v.fee::float8 as fee, l.starts_at, l.ends_at, l.number, l.overbooked`
const joins = sql`
  join clinic_session c on c.id = l.session_id join department d on d.id = l.department_id left join staff h on h.id = l.staff_id
  left join resource r on r.id = c.room_id join visit_type v on v.id = l.visit_type_id`

type Row = Omit<Slot, 'startsAt' | 'endsAt'> & { starts_at: Date; ends_at: Date }
const view = ({ starts_at, ends_at, ...row }: Row): Slot => ({
  ...row,
  startsAt: starts_at.toISOString(),
  endsAt: ends_at.toISOString(),
})

/**
 * Free slots that a channel may book, the earliest first. `doctor`: the earliest of each doctor (and of each clinic without one), `day`: the
 * earliest of each day, so that a person can be told what there is without reading all of it.
 * @param onlyPublic those of kinds of visits that people may book themselves
 */
export async function searchSlots(db: Db, search: SlotSearch, onlyPublic = false): Promise<Slot[]> {
  const { siteId, channel, from, to, departmentId, staffId, visitTypeId, each, overbook, limit } = search
  const where = [
    sql`l.status = 'free'`,
    sql`l.site_id = ${siteId}`,
    sql`l.starts_at > greatest(now(), ${from ?? null}::timestamptz)`,
    openTo(channel),
    overbook && channel !== 'web' ? wanted(channel) : sql`not l.overbooked`,
  ]
  if (overbook) {
    // Fewer are shown; whoever holds or books one is judged by the places alone.
    const { 'appointment.overbook-share': share } = await readSettings(
      db,
      ['appointment.overbook-share'],
      siteId,
    )
    if (share > 0) where.push(withinExpected(share))
  }
  if (to) where.push(sql`l.starts_at < ${to}::timestamptz`)
  if (departmentId) where.push(sql`l.department_id = ${departmentId}`)
  if (staffId) where.push(sql`l.staff_id = ${staffId}`)
  if (visitTypeId) where.push(sql`l.visit_type_id = ${visitTypeId}`)
  if (onlyPublic) where.push(publicSlots)
  const free = sql`slot l where ${sql.join(where, sql` and `)}`
  const chosen =
    each === 'slot'
      ? sql`select l.id from ${free} order by l.starts_at, l.id limit ${limit}`
      : each === 'doctor'
        ? sql`select (array_agg(l.id order by l.starts_at, l.id))[1] as id from ${free} group by l.department_id, l.staff_id`
        : sql`select (array_agg(l.id order by l.starts_at, l.id))[1] as id from ${free}
            group by (l.starts_at at time zone (select time_zone from site where id = ${siteId}))::date`
  const { rows } = await sql<Row>`
    with chosen as (${chosen}) select ${columns} from chosen join slot l on l.id = chosen.id ${joins}
    order by l.starts_at, l.id limit ${limit}`.execute(db)
  return rows.map(view)
}

export type TakenSlot = {
  id: number
  session_id: number
  site_id: number
  department_id: number
  staff_id: number | null
  room_id: number | null
  visit_type_id: number
  title: string
  starts_at: Date
  ends_at: Date
}

/** Free for this holder: nobody's, one's own hold, or one that has run out. */
const available = (holder: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`(l.status = 'free' or (l.status = 'held' and (l.held_by = ${holder} or l.held_until < now())))`

/**
 * Keeps a slot for somebody for some minutes; holding it again begins anew.
 * @param most how many slots one holder may keep at a time
 * @throws {AppError} slot-taken, too-many-holds
 */
export async function holdSlot(
  trx: Trx,
  holder: string,
  { slotId, channel, within }: { slotId: number; channel: BookingChannel; within: RawBuilder<SqlBool> },
  { minutes, most }: { minutes: number; most: number },
): Promise<Date> {
  await sql`select pg_advisory_xact_lock(hashtext('slot.hold'), hashtext(${holder}))`.execute(trx)
  const { rows: held } = await sql<{ n: number }>`
    select count(*)::int as n from slot where status = 'held' and held_by = ${holder} and held_until >= now() and id <> ${slotId}`.execute(
    trx,
  )
  if ((held[0]?.n ?? 0) >= most) throw new AppError('too-many-holds')
  const { rows } = await sql<{ held_until: Date }>`
    update slot l set status = 'held', held_by = ${holder}, held_until = now() + ${minutes} * interval '1 minute'
    where l.id = ${slotId} and ${within} and l.starts_at > now() and ${available(holder)} and ${openTo(channel)} and ${wanted(channel)}
    returning held_until`.execute(trx)
  const [row] = rows
  if (row) return row.held_until
  return refuseSlot(trx, slotId, within)
}

/**
 * Says before anything is locked what will be refused: in a rush most get their answer from this one read.
 * @throws {AppError} not-found, slot-taken
 */
export async function assertAvailable(
  trx: Trx,
  holder: string,
  { slotId, within }: { slotId: number; within: RawBuilder<SqlBool> },
): Promise<void> {
  const { rows } = await sql<{ available: boolean }>`
    select ${available(holder)} as available from slot l where l.id = ${slotId} and ${within}`.execute(trx)
  if (!found(rows[0]).available) throw new AppError('slot-taken')
}

/** @throws {AppError} not-found, slot-taken */
async function refuseSlot(trx: Trx, slotId: number, within: RawBuilder<SqlBool>): Promise<never> {
  const { rows } = await sql`select 1 from slot l where l.id = ${slotId} and ${within}`.execute(trx)
  throw new AppError(rows.length > 0 ? 'slot-taken' : 'not-found')
}

/** Takes a slot for good. @throws {AppError} slot-taken, not-found */
export async function takeSlot(
  trx: Trx,
  holder: string,
  { slotId, channel, within }: { slotId: number; channel: BookingChannel; within: RawBuilder<SqlBool> },
): Promise<TakenSlot> {
  const { rows } = await sql<TakenSlot>`
    update slot l set status = 'booked', held_by = null, held_until = null
    from clinic_session c, visit_type v
    where l.id = ${slotId} and c.id = l.session_id and v.id = l.visit_type_id and ${within} and l.starts_at > now() and c.status = 'open'
      and ${available(holder)} and ${openTo(channel)} and ${wanted(channel)}
    returning l.id, l.session_id, l.site_id, l.department_id, l.staff_id, c.room_id, l.visit_type_id, v.name as title, l.starts_at, l.ends_at`.execute(
    trx,
  )
  return rows[0] ?? (await refuseSlot(trx, slotId, within))
}

/** Slots that nobody needs any more; those of a suspended session stay closed. Use `releaseSlots` where somebody may be waiting for them. */
export async function freeSlots(trx: Trx, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update slot l set status = case when c.status = 'open' then 'free' else 'blocked' end, held_by = null, held_until = null
    from clinic_session c where c.id = l.session_id and l.id = any(${ids}::bigint[])`.execute(trx)
}
