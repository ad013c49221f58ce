import { sql } from 'kysely'
import type { ImprovementDetail } from '../../../contract/improvement.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { codesBelow } from './list.ts'
import { rateRatio } from './rate-ratio.ts'

type About = {
  site_id: number
  time_zone: string
  category_id: number
  department_id: number
  done_date: string | null
}
type Effect = NonNullable<ImprovementDetail['effect']>

/**
 * Complaints of the category at the department as long before the change as after it (at most the days of the setting, at most until today),
 * for 1,000 visits, or for 30 days where a side has no visits; after ÷ before with its exact 95 % interval.
 */
export async function effectOf(db: Db, about: About): Promise<Effect | null> {
  const { done_date: done } = about
  const today = localDate(new Date(), about.time_zone)
  if (done === null || done > today) return null
  const { 'case.improvement-days': most } = await readSettings(db, ['case.improvement-days'], about.site_id)
  const last = shiftDate(done, most - 1)
  const to = last < today ? last : today
  const span = {
    before: { from: shiftDate(done, -most), to: shiftDate(done, -1) },
    after: { from: done, to },
  }
  const [before, after] = [await countSide(db, about, span.before), await countSide(db, about, span.after)]
  const per = before.visits > 0 && after.visits > 0 ? ('visits' as const) : ('days' as const)
  const timeOf = (side: Counted) => (per === 'visits' ? side.visits : side.days)
  const ratio = rateRatio(
    { count: before.complaints, time: timeOf(before) },
    { count: after.complaints, time: timeOf(after) },
  )
  const rated = (side: Counted) => ({
    ...side,
    rate: timeOf(side) === 0 ? null : (side.complaints / timeOf(side)) * (per === 'visits' ? 1000 : 30),
  })
  return {
    before: rated(before),
    after: rated(after),
    per,
    ratio: ratio?.ratio ?? null,
    low: ratio?.low ?? null,
    high: ratio?.high ?? null,
    weeks: await weeksOf(db, about, { from: span.before.from, to }),
  }
}

type Span = { from: string; to: string }
type Counted = Span & { days: number; complaints: number; visits: number }

const complaints = (about: About, day = sql`(x.opened_at at time zone ${about.time_zone})::date`) => sql`
  from service_case x join case_category k on k.id = x.category_id
    join case_department w on w.case_id = x.id and w.department_id = ${about.department_id}
  where x.kind = 'complaint' and x.site_id = ${about.site_id} and k.code in (${codesBelow(sql`${about.category_id}`)}) and ${day}`

async function countSide(db: Db, about: About, { from, to }: Span): Promise<Counted> {
  const { rows } = await sql<{ days: number; complaints: number; visits: number }>`
    select ${to}::date - ${from}::date + 1 as days,
      (select count(*)::int ${complaints(about)} between ${from}::date and ${to}::date) as complaints,
      (select count(*)::int from encounter n where n.department_id = ${about.department_id} and n.status <> 'cancelled'
        and (n.starts_at at time zone ${about.time_zone})::date between ${from}::date and ${to}::date) as visits`.execute(
    db,
  )
  return { from, to, ...(rows[0] ?? { days: 0, complaints: 0, visits: 0 }) }
}

async function weeksOf(db: Db, about: About, { from, to }: Span): Promise<Effect['weeks']> {
  const { rows } = await sql<{ from: string; complaints: number }>`
    select week::date::text as "from", (select count(*)::int ${complaints(about)} between week::date and least(week::date + 6, ${to}::date)) as complaints
    from generate_series(${from}::date, ${to}::date, interval '7 days') week order by week`.execute(db)
  return rows
}
