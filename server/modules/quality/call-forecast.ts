import { sql } from 'kysely'
import type { CallForecast } from '../../../contract/call-quality.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { loadCalendars, worksOn } from '../../platform/calendar.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { agentsNeeded } from '../figure/erlang-c.ts'
import { readSettings } from '../setting/setting.ts'
import { siteWithin } from '../spot-check/draw-month.ts'
import { type Day, daysLike, forecastDay, slotsOfDay } from './forecast.ts'
import { longestWrapUp } from './scope.ts'

/** Weeks of calls that are read: eight for a forecast, the one that is checked, one to spare for holidays. */
const weeks = 10
const halfHour = 30

/** Calls to expect in a week, and who has to be there. @throws {AppError} not-found */
export async function callForecast(
  db: Db,
  actor: Actor,
  query: { siteId: number; from: string },
  now = new Date(),
): Promise<CallForecast> {
  const site = await siteWithin(db, authorize(actor, 'call.supervise'), query.siteId)
  const rules = await readSettings(
    db,
    ['call.answer-seconds', 'call.answer-percent', 'call.shrinkage-percent'],
    query.siteId,
  )
  const calendar = (await loadCalendars(db))(query.siteId)
  const today = localDate(now, site.time_zone)
  // Today is not over yet.
  const until = query.from < today ? query.from : today
  const history = await historyOf(db, query.siteId, site.time_zone, until, (date) => worksOn(date, calendar))
  const aht = await handleTime(db, query.siteId, site.time_zone, until)
  const target = { seconds: rules['call.answer-seconds'], percent: rules['call.answer-percent'] }
  const present = 1 - rules['call.shrinkage-percent'] / 100
  const agentsFor = (calls: number) =>
    aht === null || calls === 0
      ? 0
      : agentsNeeded(
          { calls, aht, minutes: halfHour },
          { share: Math.min(target.percent, 99) / 100, seconds: target.seconds },
        ).agents
  await audit(db, actor, { action: 'call-quality.forecast', subject: `site:${query.siteId} ${query.from}` })
  return {
    days: Array.from({ length: 7 }, (_, at) => {
      const date = shiftDate(query.from, at)
      const working = worksOn(date, calendar)
      const like = daysLike(history, { date, working })
      return {
        date,
        working,
        basedOn: like.length,
        slots: forecastDay(like).map((expected) => {
          const agents = agentsFor(expected.calls)
          return { ...expected, agents, rostered: Math.ceil(agents / present) }
        }),
      }
    }),
    ahtSeconds: aht,
    target,
    lastWeek: lastWeekOf(history, until),
  }
}

/** Days since the first call, each with its calls by half hour. */
async function historyOf(
  db: Db,
  siteId: number,
  zone: string,
  until: string,
  works: (date: string) => boolean,
): Promise<Day[]> {
  const { rows } = await sql<{ date: string; slot: number; calls: number }>`
    select to_char(x.local, 'YYYY-MM-DD') as date,
      (extract(hour from x.local) * 2 + floor(extract(minute from x.local) / 30))::int as slot, count(*)::int as calls
    from (select c.started_at at time zone ${zone} as local from call c
      where c.direction = 'inbound' and c.site_id = ${siteId}
        and c.started_at >= (${until}::date - ${weeks * 7}::int)::timestamp at time zone ${zone}
        and c.started_at < ${until}::date::timestamp at time zone ${zone}) x
    group by 1, 2 order by 1`.execute(db)
  const first = rows[0]?.date
  if (first === undefined) return []
  const days = new Map<string, number[]>()
  for (let date = first; date < until; date = shiftDate(date, 1))
    days.set(
      date,
      Array.from({ length: slotsOfDay }, () => 0),
    )
  for (const { date, slot, calls } of rows) {
    const day = days.get(date)
    if (day) day[slot] = calls
  }
  return [...days].map(([date, calls]) => ({ date, calls, working: works(date) }))
}

/** Seconds that an answered call keeps an agent: talk and wrap-up. */
async function handleTime(db: Db, siteId: number, zone: string, until: string): Promise<number | null> {
  const { rows } = await sql<{ aht: number | null }>`
    select (avg(extract(epoch from c.ended_at - c.answered_at))
      + coalesce(avg(extract(epoch from c.wrapped_up_at - c.ended_at))
        filter (where c.wrapped_up_at - c.ended_at between interval '0' and ${longestWrapUp} * interval '1 second'), 0))::float8 as aht
    from call c where c.direction = 'inbound' and c.site_id = ${siteId} and c.ended_at > c.answered_at
      and c.started_at >= (${until}::date - ${weeks * 7}::int)::timestamp at time zone ${zone}
      and c.started_at < ${until}::date::timestamp at time zone ${zone}`.execute(db)
  return rows[0]?.aht ?? null
}

/** The seven days before, forecast from what was known before them. */
function lastWeekOf(history: Day[], until: string): CallForecast['lastWeek'] {
  const begins = shiftDate(until, -7)
  const known = history.filter((day) => day.date < begins)
  const judged = history.flatMap((day) => {
    const like = day.date < begins ? [] : daysLike(known, day)
    return like.length === 0 ? [] : [{ came: day.calls, expected: forecastDay(like) }]
  })
  if (judged.length === 0) return null
  let [expected, came, error] = [0, 0, 0]
  for (const day of judged)
    day.expected.forEach((slot, at) => {
      const calls = day.came[at] ?? 0
      expected += slot.calls
      came += calls
      error += Math.abs(slot.calls - calls)
    })
  return { expected, came, error: came === 0 ? null : error / came }
}
