import { sql } from 'kysely'
import type { z } from 'zod'
import {
  type getAppointmentForecast as route,
  type Outlook,
  type PartOfDay,
  partOfDay,
} from '../../../contract/appointment-load.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { loadCalendars } from '../../platform/calendar.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { clinicWeekday, fewestDays, type HalfDay, outlookOf } from './forecast.ts'
import { weekdayOf } from './generate.ts'
import { atPlace, type LoadPlace } from './load.ts'
import { loadMeasures } from './load-measure.ts'
import { authorizeSite } from './scope.ts'

type Query = z.output<typeof route.query>

/** Eight days of a kind lie in it even with the holidays of spring and a suspended month. */
const daysBack = 140
const daysAhead = 28

type Row = HalfDay & { department_id: number; part: PartOfDay; taken: number }

/** Each half-day of each department that had a clinic or an appointment: from midnight to noon, or later, at the site. */
async function read(
  db: Db,
  reach: Reach,
  query: LoadPlace,
  { from, to, zone }: { from: string; to: string; zone: string },
): Promise<Row[]> {
  const part = (at: ReturnType<typeof sql>) =>
    sql`case when extract(hour from ${at} at time zone ${zone}) < 12 then 'morning' else 'afternoon' end`
  const within = (at: ReturnType<typeof sql>) =>
    sql`${at} >= ${from}::date::timestamp at time zone ${zone} and ${at} < (${to}::date + 1)::timestamp at time zone ${zone}`
  const day = (at: ReturnType<typeof sql>) => sql`(${at} at time zone ${zone})::date`
  const [slot, booked, session] = [sql`l.starts_at`, sql`a.starts_at`, sql`lower(c.period)`]
  const { rows } = await sql<Row>`
    select department_id, date::text as date, part, sum(demand)::int as demand, sum(open)::int as open, sum(free)::int as free,
      sum(taken)::int as taken, coalesce(bool_and(suspended), false) as suspended
    from (
      select l.department_id, ${day(slot)} as date, ${part(slot)} as part, 0 as demand,
        count(*)::int as open, count(*) filter (where l.status = 'free')::int as free,
        count(*) filter (where l.status in ('held', 'booked'))::int as taken, null::boolean as suspended
      from slot l join clinic_session c on c.id = l.session_id and c.status = 'open'
      where l.status <> 'blocked' and not l.overbooked and ${atPlace(reach, 'l', query)} and ${within(slot)} group by 1, 2, 3
      union all
      select a.department_id, ${day(booked)}, ${part(booked)}, count(*)::int, 0, 0, 0, null
      from appointment a left join slot l on l.id = a.slot_id
      where a.department_id is not null and ${loadMeasures.demand} and ${atPlace(reach, 'a', query)} and ${within(booked)} group by 1, 2, 3
      union all
      select c.department_id, c.date, ${part(session)}, 0, 0, 0, 0, bool_and(c.status = 'suspended')
      from clinic_session c where ${atPlace(reach, 'c', query)} and c.date between ${from} and ${to} group by 1, 2, 3
    ) x group by department_id, date, part order by department_id, date desc`.execute(db)
  return rows
}

/** What the next four weeks will bring, see `foretell`, against the places that are open for them. @throws {AppError} forbidden, not-found */
export async function getAppointmentForecast(db: Db, actor: Actor, query: Query) {
  const zone = await authorizeSite(db, actor, 'schedule.read', query.siteId)
  const reach = authorize(actor, 'schedule.read')
  const today = localDate(new Date(), zone)
  const { 'appointment.horizon-days': horizon } = await readSettings(
    db,
    ['appointment.horizon-days'],
    query.siteId,
  )
  const [from, to] = [shiftDate(today, 1), shiftDate(today, Math.min(daysAhead, horizon))]
  const start = shiftDate(today, -daysBack)
  const [past, ahead, calendars, { rows: departments }] = await Promise.all([
    read(db, reach, query, { from: start, to: shiftDate(today, -1), zone }),
    read(db, reach, query, { from, to, zone }),
    loadCalendars(db),
    sql<{ id: number; name: string; waiting: number }>`
      select d.id, d.name, count(w.id)::int as waiting from department d
      left join waitlist_entry w on w.department_id = d.id and w.status = 'waiting' where d.site_id = ${query.siteId}
      group by d.id order by d.name, d.id`.execute(db),
  ])
  await audit(db, actor, { action: 'figure.read', subject: `appointment-forecast site:${query.siteId}` })
  const calendar = calendars(query.siteId)
  /** Days by the weekday whose clinics they have, the latest first. */
  const kinds = (first: string, last: string) => {
    const days: string[] = []
    for (let date = last; date >= first; date = shiftDate(date, -1)) days.push(date)
    return Map.groupBy(days, (date) => clinicWeekday(date, calendar))
  }
  const [pastDays, comingDays] = [kinds(start, shiftDate(today, -1)), kinds(from, to)]
  const items = departments.flatMap(({ id, name, waiting }): Outlook[] => {
    const [own, next] = [past, ahead].map((rows) => rows.filter((row) => row.department_id === id))
    // Before its first clinic nobody could come, which says nothing.
    const began = own?.at(-1)?.date ?? today
    return [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) =>
      partOfDay.options.flatMap((part) => {
        const find = (rows: Row[] | undefined, date: string) =>
          rows?.find((row) => row.date === date && row.part === part)
        // On a weekend day that is worked a department may stay closed.
        const held = (rows: Row[] | undefined) => (date: string) =>
          weekdayOf(date) === weekday || find(rows, date)
        const days = (pastDays.get(weekday) ?? [])
          .filter((date) => date >= began)
          .filter(held(own))
          .map((date): HalfDay => find(own, date) ?? { date, demand: 0, open: 0, free: 0, suspended: false })
        const coming = (comingDays.get(weekday) ?? [])
          .toReversed()
          .filter(held(next))
          .map((date) => {
            const row = find(next, date)
            return { date, open: row?.open ?? 0, taken: row?.taken ?? 0 }
          })
        const outlook = outlookOf(days, coming, waiting)
        const idle = outlook.places === 0 && outlook.counted.every((day) => day.demand === 0)
        return idle ? [] : [{ departmentId: id, departmentName: name, weekday, part, ...outlook }]
      }),
    )
  })
  return { from, to, fewest: fewestDays, items }
}
