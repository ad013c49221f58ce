import { sql } from 'kysely'
import { isWorkingDay, loadCalendars, type Calendar } from '../../platform/calendar.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Quota } from '../../../contract/clinic-schedule.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { planSlots, type SlotRules } from './slot-plan.ts'

export type ScheduleRow = {
  id: number
  site_id: number
  department_id: number
  staff_id: number | null
  room_id: number | null
  equipment_id: number | null
  visit_type_id: number
  weekday: number
  starts: string
  ends: string
  slot_minutes: number
  places: number
  overbook: number
  quotas: Quota[]
  valid_from: string
  valid_to: string | null
  holidays: boolean
  make_up: boolean
  version: number
}

/** What became of the sessions that a schedule makes. */
export type MadeSessions = {
  made: number
  changed: number
  removed: number
  kept: { date: string; reason: 'booked' | 'changed' | 'overlap' }[]
}

const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

export const rulesOf = (row: ScheduleRow): SlotRules => ({
  minutes: minuteOf(row.ends) - minuteOf(row.starts),
  slotMinutes: row.slot_minutes,
  places: row.places,
  overbook: row.overbook,
  quotas: row.quotas,
})

export const weekdayOf = (date: string) => ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1

/** Whether a schedule has a session on this day. A year without a calendar has no holidays yet; its sessions are made again when it comes. */
function fallsOn(row: ScheduleRow, date: string, calendar: Calendar): boolean {
  if (date < row.valid_from || (row.valid_to !== null && date > row.valid_to)) return false
  const weekday = weekdayOf(date)
  const weekend = weekday > 5
  const working = calendar.years.has(Number(date.slice(0, 4))) ? isWorkingDay(date, calendar) : !weekend
  if (weekday !== row.weekday) return row.make_up && weekend && working && row.weekday === worksFor(weekday)
  return row.holidays || weekend || working
}

/** On a weekend day that is worked the clinics of Friday (on a Saturday) or Monday (on a Sunday) are held, where their schedule says so. */
export const worksFor = (weekendDay: number) => (weekendDay === 6 ? 5 : 1)

function daysOf(row: ScheduleRow, from: string, to: string, calendar: Calendar): string[] {
  const days: string[] = []
  for (let date = from; date <= to; date = shiftDate(date, 1))
    if (fallsOn(row, date, calendar)) days.push(date)
  return days
}

/** Makes the missing sessions of these days with their slots. @returns the days for which there was no room: the doctor or the room is taken */
async function insertSessions(trx: Trx, row: ScheduleRow, days: string[]): Promise<string[]> {
  if (days.length === 0) return []
  const plan = planSlots(rulesOf(row))
  const { rows } = await sql<{ date: string }>`
    with made as (
      insert into clinic_session (schedule_id, site_id, department_id, staff_id, room_id, equipment_id, visit_type_id, date, period, overbook)
      select c.id, c.site_id, c.department_id, c.staff_id, c.room_id, c.equipment_id, c.visit_type_id, d.date,
        tstzrange((d.date + c.starts) at time zone s.time_zone, (d.date + c.ends) at time zone s.time_zone), c.overbook
      from schedule c join site s on s.id = c.site_id cross join unnest(${days}::date[]) as d(date) where c.id = ${row.id}
      on conflict do nothing returning id, date, site_id, department_id, staff_id, visit_type_id, period
    ), slots as (${insertSlots(plan)})
    select date::text as date from made`.execute(trx)
  const made = new Set(rows.map((one) => one.date))
  return days.filter((date) => !made.has(date))
}

/** The slots of the sessions in `made`, as a statement. */
export const insertSlots = (plan: ReturnType<typeof planSlots>) => sql`
  insert into slot (session_id, site_id, department_id, staff_id, visit_type_id, starts_at, ends_at, number, overbooked, channel, release_at)
  select m.id, m.site_id, m.department_id, m.staff_id, m.visit_type_id, lower(m.period) + p.from_minute * interval '1 minute',
    lower(m.period) + p.to_minute * interval '1 minute', p.number, p.overbooked, p.channel, lower(m.period) - p.release_hours * interval '1 hour'
  from made m cross join unnest(${plan.map((one) => one.from)}::int[], ${plan.map((one) => one.to)}::int[],
    ${plan.map((one) => one.number)}::int[], ${plan.map((one) => one.overbooked)}::boolean[], ${plan.map((one) => one.channel)}::text[],
    ${plan.map((one) => one.releaseHours)}::int[]) as p(from_minute, to_minute, number, overbooked, channel, release_hours)`

/**
 * Brings the coming sessions of a schedule in line with it: makes the missing ones, takes away those that it no longer has, and leaves what
 * patients have booked or staff have changed, with the reason.
 * @param row the schedule, or null where it ended; then `id` names it
 */
export async function followSchedule(
  trx: Trx,
  id: number,
  row: ScheduleRow | null,
  horizon: { from: string; to: string; calendar: Calendar },
): Promise<MadeSessions> {
  const days = row ? daysOf(row, horizon.from, horizon.to, horizon.calendar) : []
  const { rows: before } = await sql<{ id: number; date: string; booked: boolean; changed: boolean }>`
    select c.id, c.date::text as date, c.version > 0 as changed, exists (
        select 1 from slot l where l.session_id = c.id and l.status in ('held', 'booked')) as booked
    from clinic_session c where c.schedule_id = ${id} and c.date >= ${horizon.from} and lower(c.period) > now() for update of c`.execute(
    trx,
  )
  const free = before.filter((one) => !one.booked && !one.changed)
  await deleteSessions(
    trx,
    free.map((one) => one.id),
  )
  const kept = before
    .filter((one) => one.booked || one.changed)
    .map(({ date, booked }) => ({ date, reason: booked ? ('booked' as const) : ('changed' as const) }))
  const keptDays = new Set(kept.map((one) => one.date))
  const wanted = days.filter((date) => !keptDays.has(date))
  const overlapping = row ? await insertSessions(trx, row, wanted) : []
  const had = new Set(free.map((one) => one.date))
  const made = wanted.filter((date) => !overlapping.includes(date))
  return {
    made: made.filter((date) => !had.has(date)).length,
    changed: made.filter((date) => had.has(date)).length,
    removed: [...had].filter((date) => !made.includes(date)).length,
    kept: [...kept, ...overlapping.map((date) => ({ date, reason: 'overlap' as const }))].toSorted((a, b) =>
      a.date < b.date ? -1 : 1,
    ),
  }
}

/** Sessions in which nobody is booked; what was cancelled there keeps its time without the slot. */
async function deleteSessions(trx: Trx, ids: number[]): Promise<void> {
  if (ids.length > 0) await sql`delete from clinic_session where id = any(${ids}::bigint[])`.execute(trx)
}

/** From today at the site as far ahead as it books. */
export async function horizonOf(db: Db, siteId: number, zone: string) {
  const { 'appointment.horizon-days': days } = await readSettings(db, ['appointment.horizon-days'], siteId)
  const from = localDate(new Date(), zone)
  const calendars = await loadCalendars(db)
  return { from, to: shiftDate(from, days), calendar: calendars(siteId) }
}

export const scheduleColumns = sql`
  c.id, c.site_id, c.department_id, c.staff_id, c.room_id, c.equipment_id, c.visit_type_id, c.weekday, to_char(c.starts, 'HH24:MI') as starts,
  to_char(c.ends, 'HH24:MI') as ends, c.slot_minutes, c.places, c.overbook, c.quotas, c.valid_from::text as valid_from,
  c.valid_to::text as valid_to, c.holidays, c.make_up, c.version`

/**
 * Makes the sessions of the days that have come within reach since yesterday, for all schedules.
 * @param back also those of so many days before today
 * @returns how many schedules were looked at
 */
export async function extendSchedules(db: Db, back = 0): Promise<number> {
  const { rows } = await sql<ScheduleRow & { zone: string }>`
    select ${scheduleColumns}, s.time_zone as zone from schedule c join site s on s.id = c.site_id order by c.id`.execute(
    db,
  )
  for (const row of rows)
    await transaction(db, async (trx) => {
      const { from: today, to, calendar } = await horizonOf(trx, row.site_id, row.zone)
      const from = shiftDate(today, -back)
      const { rows: known } = await sql<{ date: string }>`
        select date::text as date from clinic_session where schedule_id = ${row.id} and date >= ${from}`.execute(
        trx,
      )
      const has = new Set(known.map((one) => one.date))
      await insertSessions(
        trx,
        row,
        daysOf(row, from, to, calendar).filter((date) => !has.has(date)),
      )
    })
  return rows.length
}
