import { sql, type SqlBool } from 'kysely'
import { monthPeriod } from '../../../contract/month.ts'
import type { MonthlyReport, ProofCounts, RedFlags } from '../../../contract/report.ts'
import { type ProofClass, proofClass } from '../../../contract/task.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { shiftDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { cohort, type CountRow, type Filter, measures, noCounts, viewCounts, viewEarlier } from './cohort.ts'
import { count } from './follow-up.ts'

type Query = { month: string; siteId?: number | undefined }
type Period = { from: string; to: string }

const levels = [1, 2, 3]

/** The monthly report. Counts come from the cohort, so that each opens the same rows as the figures page. */
export async function getMonthlyReport(db: Db, actor: Actor, query: Query): Promise<MonthlyReport> {
  const reach = authorize(actor, 'figure.read')
  const [now, before, lastYear] = [0, 1, 12].map((back) => monthPeriod(query.month, back)) as [
    Period,
    Period,
    Period,
  ]
  const settings = await readSettings(
    db,
    ['figure.target.coverage', 'figure.target.timeliness', 'figure.target.reach', 'spot-check.score-minimum'],
    query.siteId ?? null,
  )
  const fewest = settings['spot-check.score-minimum']
  const [names, sites, byLevel, flags, doctors] = await Promise.all([
    departmentNames(db),
    sitesOf(db, reach, query.siteId),
    Promise.all(levels.map((level) => levelOf(db, reach, query, level, { now, before, lastYear }))),
    Promise.all([now, before, lastYear].map((period) => redFlagsOf(db, reach, period, query.siteId))),
    doctorsOf(db, reach, { ...now, level: 1, siteId: query.siteId }),
  ])
  await audit(db, actor, { action: 'figure.report', subject: `${query.month} site:${query.siteId ?? 'all'}` })
  const view = (row: CountRow | undefined, level: number) => viewCounts(row ?? noCounts, level, fewest)
  const place = (key: string | null) => ({
    departmentId: key === null ? null : Number(key),
    departmentName: key === null ? null : (names.get(Number(key)) ?? key),
  })
  return {
    month: query.month,
    ...now,
    siteNames: sites.map((site) => site.name),
    timeZone: sites[0]?.time_zone ?? 'UTC',
    madeAt: new Date().toISOString(),
    madeByName: actor.name,
    targets: {
      coverage: settings['figure.target.coverage'],
      timeliness: settings['figure.target.timeliness'],
      reach: settings['figure.target.reach'],
    },
    scoreMinimum: fewest,
    levels: byLevel.map((one, at) => {
      const level = levels[at] ?? 1
      const earlier = (rows: CountRow[][]) => viewEarlier(rows[0]?.[0], level, fewest)
      return {
        level,
        now: view(one.now[0]?.[0], level),
        before: earlier(one.before),
        lastYear: earlier(one.lastYear),
        proof: proofCounts(one.proof),
        departments: (one.now[1] ?? []).map((row) => {
          const before = one.before[1]?.find((other) => other.key === row.key)
          return {
            ...place(row.key),
            now: view(row, level),
            before: viewEarlier(before, level, fewest),
            proof: proofCounts(one.proof.filter((other) => other.key === row.key)),
          }
        }),
      }
    }),
    redFlags: {
      now: viewFlags(flags[0]?.find((row) => row.whole)),
      before: viewFlags(flags[1]?.find((row) => row.whole)),
      lastYear: viewFlags(flags[2]?.find((row) => row.whole)),
      departments: (flags[0] ?? [])
        .filter((row) => !row.whole)
        .map((row) => ({ ...place(row.key), now: viewFlags(row) })),
    },
    doctors: doctors.map((row) => ({
      staffId: Number(row.key),
      staffName: row.staff_name,
      departmentName: row.department_name,
      now: view(row, 1),
    })),
  }
}

async function departmentNames(db: Db): Promise<Map<number, string>> {
  const rows = await db.selectFrom('department').select(['id', 'name']).execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}

type SiteRow = { name: string; time_zone: string }

/** Heading of the report. @throws {AppError} not-found for an unknown site */
async function sitesOf(db: Db, reach: Reach, siteId: number | undefined): Promise<SiteRow[]> {
  const { rows } = await sql<SiteRow>`
    select s.name, s.time_zone from site s where ${
      siteId !== undefined
        ? sql<SqlBool>`s.id = ${siteId}`
        : reach.all
          ? sql<SqlBool>`true`
          : sql<SqlBool>`(s.id = any(${reach.siteIds}::int[])
              or exists (select 1 from department d where d.site_id = s.id and d.id = any(${reach.departmentIds}::int[]))
              or exists (select 1 from staff x where x.site_id = s.id and x.id = ${reach.staffId}))`
    } order by s.id`.execute(db)
  if (siteId !== undefined) found(rows[0])
  return rows
}

type ProofRow = { key: string | null; proof: ProofClass | null; n: number }

async function levelOf(
  db: Db,
  reach: Reach,
  { siteId }: Query,
  level: number,
  periods: { now: Period; before: Period; lastYear: Period },
) {
  const filter = (period: Period): Filter => ({ ...period, level, siteId })
  const of = (period: Period, groups: 'department'[]) => count(db, reach, filter(period), [level], groups)
  const [now, before, lastYear, proof] = await Promise.all([
    of(periods.now, ['department']),
    of(periods.before, ['department']),
    of(periods.lastYear, []),
    sql<ProofRow>`
      select c.department_id::text as key, c.proof, count(*) as n from (${cohort(reach, filter(periods.now), [level])}) as c
      where ${measures.followed} group by 1, 2`.execute(db),
  ])
  return { now, before, lastYear, proof: proof.rows }
}

function proofCounts(rows: ProofRow[]): ProofCounts {
  const sum = (one: ProofClass) =>
    rows.reduce((total, row) => total + ((row.proof ?? 'stated') === one ? row.n : 0), 0)
  return Object.fromEntries(proofClass.options.map((one) => [one, sum(one)])) as ProofCounts
}

type FlagRow = {
  whole: boolean
  key: string | null
  raised: number
  acted: number
  in_time: number
  median: number | null
  p90: number | null
}

/** Red flags raised in the period, in total and by department. */
async function redFlagsOf(
  db: Db,
  reach: Reach,
  { from, to }: Period,
  siteId: number | undefined,
): Promise<FlagRow[]> {
  const where = [
    sql<SqlBool>`t.kind = 'red-flag' and t.status <> 'cancelled'`,
    // A day wider, for the index; the exact local date is checked as well.
    sql<SqlBool>`t.created_at >= ${shiftDate(from, -1)}::timestamptz and t.created_at < ${shiftDate(to, 2)}::timestamptz`,
    sql<SqlBool>`(t.created_at at time zone s.time_zone)::date between ${from}::date and ${to}::date`,
  ]
  if (siteId !== undefined) where.push(sql<SqlBool>`t.site_id = ${siteId}`)
  if (!reach.all)
    where.push(sql<SqlBool>`(t.site_id = any(${reach.siteIds}::int[]) or t.department_id = any(${reach.departmentIds}::int[])
      or t.assignee_staff_id = ${reach.staffId})`)
  const { rows } = await sql<FlagRow>`
    select grouping(department_id) = 1 as whole, department_id::text as key, count(*) as raised, count(acted_at) as acted,
      count(*) filter (where acted_at <= due_at) as in_time,
      percentile_cont(0.5) within group (order by minutes) as median, percentile_cont(0.9) within group (order by minutes) as p90
    from (
      select t.department_id, t.due_at, a.acted_at, extract(epoch from a.acted_at - t.created_at)::float8 / 60 as minutes
      from task t join site s on s.id = t.site_id
        left join lateral (select min(recorded_at) as acted_at from task_attempt where task_id = t.id) a on true
      where ${sql.join(where, sql` and `)}
    ) as f
    group by grouping sets ((), (department_id)) order by 1 desc, 2`.execute(db)
  return rows
}

function viewFlags(row: FlagRow | undefined): RedFlags {
  return {
    raised: row?.raised ?? 0,
    acted: row?.acted ?? 0,
    inTime: row?.in_time ?? 0,
    medianMinutes: row?.median ?? null,
    p90Minutes: row?.p90 ?? null,
  }
}

type DoctorRow = CountRow & { staff_name: string; department_name: string | null }

/** Doctors with checked results. */
async function doctorsOf(db: Db, reach: Reach, filter: Filter): Promise<DoctorRow[]> {
  const [, rows] = await count(db, reach, filter, [1], ['doctor'])
  const checked = (rows ?? []).filter((row) => row.key !== null && row.checked > 0)
  const names = await db
    .selectFrom('staff')
    .leftJoin('department', 'department.id', 'staff.department_id')
    .select(['staff.id', 'staff.name', 'department.name as department_name'])
    .where('staff.id', '=', sql<number>`any(${checked.map((row) => Number(row.key))}::int[])`)
    .orderBy('department.name')
    .orderBy('staff.name')
    .execute()
  return names.flatMap((staff) => {
    const row = checked.find((one) => Number(one.key) === staff.id)
    return row ? [{ ...row, staff_name: staff.name, department_name: staff.department_name }] : []
  })
}
