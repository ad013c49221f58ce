import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { AppointmentMeasure } from '../../../contract/appointment.ts'

/** Cancelled so shortly before that the place was hardly given to somebody else. */
const lateHours = 24
/** Waiting longer than this is long: a usual limit of outpatient departments, CareLoop choice. */
const longMinutes = 30

/** From arrival until called, or seen where nobody was called. */
const waitSql = sql`(coalesce(a.called_at, a.seen_at) - a.arrived_at)`
export const waitMinutes = sql`extract(epoch from ${waitSql})::float8 / 60`
/** Calendar days at the site `s`, as IHI counts delays. */
export const leadDays = sql`((a.starts_at at time zone s.time_zone)::date - (a.booked_at at time zone s.time_zone)::date)`

const came = sql`a.status in ('arrived', 'fulfilled')`
const taken = sql`a.status in ('booked', 'arrived', 'fulfilled') and l.id is not null
  and exists (select 1 from clinic_session c where c.id = l.session_id and c.status = 'open')`
const late = sql`a.status = 'cancelled' and a.cancelled_at > a.starts_at - ${lateHours} * interval '1 hour'`
const waited = sql`a.arrived_at is not null and ${waitSql} >= interval '0'`

/**
 * The only definition of what is counted of appointments `a` with their site `s` and slot `l`: figures, their rows and files read from here, so
 * that they agree. A moved appointment counts where it stands now, with the time at which it was first booked. `demand` is who wanted to come:
 * also who missed it, and whom doctor or hospital cancelled; not who cancelled, whose place others may have had.
 */
export const loadMeasures: Record<AppointmentMeasure, RawBuilder<SqlBool>> = {
  all: sql`true`,
  used: sql`(${taken} and not l.overbooked)`,
  overbooked: sql`(${taken} and l.overbooked)`,
  due: sql`(${came} or a.status = 'noshow')`,
  missed: sql`(a.status = 'noshow')`,
  cancelled: sql`(a.status = 'cancelled')`,
  late: sql`(${late})`,
  // What another system told of afterwards was booked nobody knows when.
  lead: sql`(a.status <> 'cancelled' and a.booked_at <= a.starts_at)`,
  waited: sql`(${waited})`,
  'waited-long': sql`(${waited} and ${waitSql} > ${longMinutes} * interval '1 minute')`,
  demand: sql`(a.status <> 'cancelled' or a.cancelled_by in ('doctor', 'hospital'))`,
}

type Within = {
  from?: string | undefined
  to?: string | undefined
  weekday?: number | undefined
  hourFrom?: number | undefined
  hourTo?: number | undefined
}

/** Rows of `alias` that begin on these days at the site `s` and at these hours; hours are those of the clock there. */
export function beginsWithin(alias: 'a' | 'l', { from, to, weekday, hourFrom, hourTo }: Within) {
  const starts = sql.ref(`${alias}.starts_at`)
  const local = sql`(${starts} at time zone s.time_zone)`
  const where: RawBuilder<SqlBool>[] = []
  if (from) where.push(sql`${starts} >= ${from}::date::timestamp at time zone s.time_zone`)
  if (to) where.push(sql`${starts} < (${to}::date + 1)::timestamp at time zone s.time_zone`)
  if (weekday) where.push(sql`extract(isodow from ${local}) = ${weekday}`)
  if (hourFrom !== undefined) where.push(sql`extract(hour from ${local}) >= ${hourFrom}`)
  if (hourTo !== undefined) where.push(sql`extract(hour from ${local}) < ${hourTo}`)
  return where
}
