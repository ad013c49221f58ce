import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import { type AppointmentMeasure, appointmentMeasure, cancelledBy } from '../../../contract/appointment.ts'
import type {
  getAppointmentLoad as route,
  Load,
  LoadCell,
  LoadGroup,
} from '../../../contract/appointment-load.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { beginsWithin, leadDays, loadMeasures, waitMinutes } from './load-measure.ts'
import { authorizeSite, placeWithin } from './scope.ts'
import { openTo } from './slot.ts'

export type LoadQuery = z.output<typeof route.query>
export type LoadPlace = Pick<LoadQuery, 'siteId' | 'departmentId' | 'staffId' | 'visitTypeId'>

/** Rows of `alias` at this place, as far as the actor reaches them. */
export function atPlace(reach: Reach, alias: 'a' | 'l' | 'c', query: LoadPlace): RawBuilder<SqlBool> {
  const is = (column: string, value: number | undefined) =>
    value === undefined ? [] : [sql<SqlBool>`${sql.ref(`${alias}.${column}`)} = ${value}`]
  const where = [
    placeWithin(reach, alias),
    ...is('site_id', query.siteId),
    ...is('department_id', query.departmentId),
    ...is('staff_id', query.staffId),
    ...is('visit_type_id', query.visitTypeId),
  ]
  return sql.join(where, sql` and `)
}

/** What stands for the whole scope, a department, or a doctor in it. */
type Key = { level: 'total' | 'department' | 'doctor'; department_id: number | null; staff_id: number | null }
const keyOf = ({ level, department_id, staff_id }: Key) => `${level} ${department_id} ${staff_id}`
const levelsOf = (alias: 'a' | 'l') => {
  const [department, staff] = [sql.ref(`${alias}.department_id`), sql.ref(`${alias}.staff_id`)]
  return {
    columns: sql`case grouping(${department}, ${staff}) when 3 then 'total' when 1 then 'department' else 'doctor' end as level,
      ${department} as department_id, ${staff} as staff_id`,
    sets: sql`grouping sets ((), (${department}), (${department}, ${staff}))`,
  }
}

const measured = Object.entries(loadMeasures) as [AppointmentMeasure, RawBuilder<SqlBool>][]
const countColumns = sql.join(
  measured.map(([name, is]) => sql`count(*) filter (where ${is})::int as ${sql.ref(name)}`),
)
/** Median and 90th percentile, between two rows in proportion. */
const spreadOf = (value: RawBuilder<unknown>, measure: AppointmentMeasure) =>
  sql`percentile_cont(array[0.5, 0.9]) within group (order by ${value}) filter (where ${loadMeasures[measure]})`

type Counted = Key &
  Record<AppointmentMeasure, number> & { lead_days: number[] | null; wait_minutes: number[] | null }

const sited = sql`join site s on s.id = a.site_id left join slot l on l.id = a.slot_id`

async function countAppointments(db: Db, reach: Reach, query: LoadQuery): Promise<Counted[]> {
  const { columns, sets } = levelsOf('a')
  const { rows } = await sql<Counted>`
    select ${columns}, ${countColumns}, ${spreadOf(leadDays, 'lead')} as lead_days, ${spreadOf(waitMinutes, 'waited')} as wait_minutes
    from appointment a ${sited} where ${sql.join([atPlace(reach, 'a', query), ...beginsWithin('a', query)], sql` and `)}
    group by ${sets}`.execute(db)
  return rows
}

/** Places of clinics that were not suspended. */
const openPlaces = (reach: Reach, query: LoadPlace & { from?: string; to?: string }) => sql`
  slot l join clinic_session c on c.id = l.session_id and c.status = 'open' join site s on s.id = l.site_id
  where l.status <> 'blocked' and not l.overbooked and ${sql.join([atPlace(reach, 'l', query), ...beginsWithin('l', query)], sql` and `)}`

async function countPlaces(db: Db, reach: Reach, query: LoadQuery) {
  const { columns, sets } = levelsOf('l')
  const { rows } = await sql<Key & { open: number }>`
    select ${columns}, count(*)::int as open from ${openPlaces(reach, query)} group by ${sets}`.execute(db)
  return rows
}

/**
 * The third free place of the whole scope, of each department and of each doctor, now, for a channel. The third, because the first and second
 * may be there by chance, a cancellation, and say nothing about how open a clinic is (Murray & Berwick, JAMA 2003;289:1035; IHI, "Third Next
 * Available Appointment"); in calendar days as IHI counts them.
 */
async function thirdNext(db: Db, reach: Reach, query: LoadQuery) {
  const { columns, sets } = levelsOf('l')
  const { rows } = await sql<Key & { days: number; date: string }>`
    select level, department_id, staff_id, third::text as date, third - today as days from (
      select ${columns}, (now() at time zone min(s.time_zone))::date as today,
        (array_agg((l.starts_at at time zone s.time_zone)::date order by l.starts_at, l.id))[3] as third
      from slot l join clinic_session c on c.id = l.session_id and c.status = 'open' join site s on s.id = l.site_id
      where l.status = 'free' and not l.overbooked and l.starts_at > now() and ${openTo(query.channel)} and ${atPlace(reach, 'l', query)}
      group by ${sets}) g where third is not null`.execute(db)
  return rows
}

async function countHours(db: Db, reach: Reach, query: LoadQuery): Promise<LoadCell[]> {
  const { rows } = await sql<LoadCell>`
    select extract(isodow from l.starts_at at time zone s.time_zone)::int as weekday, extract(hour from l.starts_at at time zone s.time_zone)::int as hour,
      count(*)::int as open, count(*) filter (where exists (
        select 1 from appointment a where a.slot_id = l.id and a.status in ('booked', 'arrived', 'fulfilled')))::int as used
    from ${openPlaces(reach, query)} group by 1, 2 order by 1, 2`.execute(db)
  return rows
}

async function countCancelled(db: Db, reach: Reach, query: LoadQuery) {
  const { rows } = await sql<{ by: z.output<typeof cancelledBy>; cancelled: number; late: number }>`
    select a.cancelled_by as by, count(*)::int as cancelled, count(*) filter (where ${loadMeasures.late})::int as late
    from appointment a ${sited} where ${loadMeasures.cancelled} and ${sql.join([atPlace(reach, 'a', query), ...beginsWithin('a', query)], sql` and `)}
    group by 1`.execute(db)
  return cancelledBy.options.map((by) => rows.find((row) => row.by === by) ?? { by, cancelled: 0, late: 0 })
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

function view(
  row: Counted | undefined,
  places: number,
  next: { days: number; date: string } | undefined,
): Load {
  const counts = Object.fromEntries(
    appointmentMeasure.options.map((name) => [name, row?.[name] ?? 0]),
  ) as Load['counts']
  return {
    counts,
    open: places,
    utilisation: share(counts.used, places),
    missedRate: share(counts.missed, counts.due),
    lateRate: share(counts.late, counts.all),
    lead: { median: row?.lead_days?.[0] ?? null, p90: row?.lead_days?.[1] ?? null },
    wait: {
      median: row?.wait_minutes?.[0] ?? null,
      p90: row?.wait_minutes?.[1] ?? null,
      within30: share(counts.waited - counts['waited-long'], counts.waited),
    },
    thirdNext: next ? { days: next.days, date: next.date } : null,
  }
}

/**
 * Load of the clinics of a site in a period: what was used of the places, who did not come, how far ahead people book, how long they wait.
 * Utilisation counts places, so what another system booked at a time that is no slot here is in all figures but this one.
 * @throws {AppError} forbidden, not-found, invalid: the period is reversed or longer than 400 days
 */
export async function getAppointmentLoad(db: Db, actor: Actor, query: LoadQuery) {
  const timeZone = await authorizeSite(db, actor, 'schedule.read', query.siteId)
  const reach = authorize(actor, 'schedule.read')
  const days = (Date.parse(query.to) - Date.parse(query.from)) / 86_400_000
  if (days < 0 || days > 400)
    throw new AppError('invalid', undefined, [
      { path: 'to', message: 'is before the first day, or more than 400 days after it' },
    ])
  const [counted, places, next, hours, cancelled] = await Promise.all([
    countAppointments(db, reach, query),
    countPlaces(db, reach, query),
    thirdNext(db, reach, query),
    countHours(db, reach, query),
    countCancelled(db, reach, query),
  ])
  const names = await namesOf(db, [...counted, ...places, ...next])
  await audit(db, actor, {
    action: 'figure.read',
    subject: `appointment-load site:${query.siteId} ${query.from}..${query.to}`,
  })
  const byKey = <T extends Key>(rows: T[]) => new Map(rows.map((row) => [keyOf(row), row]))
  const [countedBy, placesBy, nextBy] = [byKey(counted), byKey(places), byKey(next)]
  const of = (key: string) => view(countedBy.get(key), placesBy.get(key)?.open ?? 0, nextBy.get(key))
  const groups = (level: Key['level']): LoadGroup[] =>
    [...byKey<Key>([...counted, ...places, ...next])]
      .filter(([, key]) => key.level === level)
      .map(([text, { department_id, staff_id }]) => ({
        departmentId: department_id,
        departmentName: names.get(`department ${department_id}`) ?? null,
        staffId: staff_id,
        staffName: names.get(`staff ${staff_id}`) ?? null,
        ...of(text),
      }))
      .toSorted(
        (a, b) =>
          b.open - a.open || b.counts.all - a.counts.all || (a.departmentId ?? 0) - (b.departmentId ?? 0),
      )
  return {
    timeZone,
    total: of(keyOf({ level: 'total', department_id: null, staff_id: null })),
    cancelledBy: cancelled,
    departments: groups('department'),
    doctors: groups('doctor'),
    hours,
  }
}

async function namesOf(db: Db, keys: Key[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ key: string; name: string }>`
    select 'department ' || id as key, name from department where id = any(${keys.map((one) => one.department_id)}::int[])
    union all select 'staff ' || id, name from staff where id = any(${keys.map((one) => one.staff_id)}::int[])`.execute(
    db,
  )
  return new Map(rows.map((row) => [row.key, row.name]))
}
