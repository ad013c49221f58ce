import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type FollowUpCounts, type Measure, measure } from '../../../contract/figure.ts'
import type { Reach } from '../../platform/actor.ts'
import { shiftDate } from '../../platform/clock.ts'
import { counts } from '../spot-check/list.ts'
import { scoreOf } from '../spot-check/score.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

export type Filter = {
  from: string
  to: string
  level: number
  siteId?: number | undefined
  departmentId?: number | undefined
  attendingStaffId?: number | undefined
}

export type Grouping =
  'site' | 'department' | 'doctor' | 'disease' | 'region' | 'level' | 'day' | 'week' | 'month'

const taskColumns = sql`t.id, t.status, t.outcome, t.due_at, t.completed_at, t.reached, t.assignee_staff_id, t.proof`

/**
 * The only definition of the cohort: people discharged alive from an inpatient stay in the period (local dates of the site), each with the
 * follow-up task of the level. Figures, their rows and exports all read from here, so that they agree. Expired patients (discharge
 * disposition 20, UB-04 code set used by HL7 table 0112) have no follow-up and are not discharges here.
 * @param read `all`: for counts, scans the index of tasks once, in the order of the visits; `page`: for a page of rows, looks up the task
 * of each row
 */
export function cohort(
  reach: Reach,
  filter: Filter,
  levels: number[],
  read: 'all' | 'page' = 'all',
): RawBuilder<unknown> {
  const where: RawBuilder<SqlBool>[] = [
    sql`n.class = 'inpatient' and n.status = 'finished' and coalesce(n.disposition, '') <> '20'`,
    // A day wider, for the index; the exact local date is checked below.
    sql`n.ends_at >= ${shiftDate(filter.from, -1)}::timestamptz and n.ends_at < ${shiftDate(filter.to, 2)}::timestamptz`,
    // A time zone conversion costs a microsecond a row; between these instants the day is right in every zone (UTC-12 to UTC+14).
    sql`((n.ends_at >= ${`${shiftDate(filter.from, 1)}T00:00Z`}::timestamptz and n.ends_at < ${`${filter.to}T00:00Z`}::timestamptz)
      or (n.ends_at at time zone s.time_zone)::date between ${filter.from}::date and ${filter.to}::date)`,
    within(reach),
  ]
  if (filter.siteId) where.push(sql`n.site_id = ${filter.siteId}`)
  if (filter.departmentId) where.push(sql`n.department_id = ${filter.departmentId}`)
  if (filter.attendingStaffId) where.push(sql`n.attending_staff_id = ${filter.attendingStaffId}`)
  const discharges = sql`
    select n.id, n.person_id, n.site_id, n.department_id, n.attending_staff_id, n.condition_text, n.ends_at, s.time_zone, l.level
    from encounter n join site s on s.id = n.site_id cross join unnest(${levels}::int[]) as l(level)
    where ${sql.join(where, sql` and `)}`
  const columns = sql`
    n.id as encounter_id, n.person_id, n.site_id, n.department_id, n.attending_staff_id, n.condition_text, n.ends_at,
    (n.ends_at at time zone n.time_zone)::date as local_day, n.level, n.time_zone,
    t.id as task_id, t.status, t.outcome, t.due_at, t.completed_at, t.reached, t.assignee_staff_id, t.proof,
    k.status as checked_status, k.probability as checked_probability`
  const checks = sql`left join spot_check k on k.checked_task_id = t.id and ${counts}`
  if (read === 'page')
    return sql`
      select ${columns} from (${discharges}) n left join lateral (
        select ${taskColumns} from task t where t.encounter_id = n.id and t.level = n.level order by t.id limit 1
      ) t on true ${checks}`
  // Every task belongs to a discharge, so a full join equals a left join here. PostgreSQL underestimates thousands of discharges as a
  // dozen and might use a nested loop; a full join can only be hashed, and `offset` keeps conditions from turning it into another join.
  return sql`
    with n as materialized (${discharges}), t as (
      select distinct on (t.encounter_id, t.level) t.encounter_id, t.level as of_level, ${taskColumns} from task t
      where t.encounter_id = any(array(select id from n)) and t.level = any(${levels}::int[]) order by t.encounter_id, t.level, t.id
    )
    select ${columns} from n full join t on t.encounter_id = n.id and t.of_level = n.level ${checks} offset 0`
}

function within(reach: Reach): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(n.site_id = any(${reach.siteIds}::int[]) or n.department_id = any(${reach.departmentIds}::int[])
    or n.attending_staff_id = ${reach.staffId})`
}

/** Condition on rows of the cohort `c` for each measure. */
export const measures: Record<Measure, RawBuilder<SqlBool>> = {
  discharged: sql`true`,
  planned: sql`c.task_id is not null`,
  followed: sql`(c.status = 'completed' and c.outcome = 'done')`,
  proven: sql`(c.status = 'completed' and c.outcome = 'done' and c.proof <> 'stated')`,
  stated: sql`(c.status = 'completed' and c.outcome = 'done' and coalesce(c.proof, 'stated') = 'stated')`,
  'on-time': sql`(c.status = 'completed' and c.outcome = 'done' and c.completed_at <= c.due_at)`,
  reached: sql`coalesce(c.reached, false)`,
  // Somebody reached once and unreached later counts as reached, so that nobody counts twice.
  unreached: sql`(c.status = 'completed' and c.outcome in ('unreached', 'wrong-number') and not c.reached)`,
  refused: sql`(c.status = 'completed' and c.outcome = 'refused')`,
  stopped: sql`(c.status = 'cancelled' or (c.status = 'completed' and c.outcome in ('deceased', 'readmitted')))`,
  open: sql`coalesce(c.status in ('requested', 'in-progress'), false)`,
  checked: sql`(c.checked_status is not null)`,
  agreed: sql`coalesce(c.checked_status = 'agree', false)`,
  disagreed: sql`coalesce(c.checked_status = 'disagree', false)`,
  overdue: sql`(c.status in ('requested', 'in-progress') and c.due_at < now())`,
  pending: sql`coalesce(c.status in ('requested', 'in-progress') and c.due_at >= now(), false)`,
}

/** Key of a group; null where a discharge has none. Converted to text only for display: numbers and dates are faster to group. */
export const groupKeys: Record<Grouping, RawBuilder<unknown>> = {
  site: sql`c.site_id`,
  department: sql`c.department_id`,
  doctor: sql`c.attending_staff_id`,
  // Three characters are a category in ICD-10 and its national editions; the diagnosis that names the visit comes first.
  disease: sql`(select upper(left(x.code, 3)) from condition x where x.encounter_id = c.encounter_id and x.role = 'discharge'
    order by (x.text = c.condition_text) desc nulls last, x.id limit 1)`,
  region: sql`(select nullif(concat(x.city, x.district), '') from person m join person_address x on x.person_id = m.id
    where m.id = any(${recordsOf(personOfRecord(sql`c.person_id`))}) order by (m.survivor_id is null) desc, (x.use = 'home') desc, x.updated_at desc limit 1)`,
  level: sql`c.level`,
  day: sql`c.local_day`,
  week: sql`to_char(c.local_day, 'IYYY-"W"IW')`,
  month: sql`to_char(c.local_day, 'YYYY-MM')`,
}

export type CountRow = Record<Measure, number> & {
  key: string | null
  /** Sums of the weights (1 ÷ probability), of their squares, and of the agreeing ones. */
  weight: number
  weight_squared: number
  weight_agreed: number
}

const measured = Object.entries(measures) as [Measure, RawBuilder<SqlBool>][]
const plain = measure.options.filter((name) => name !== 'on-time')

export const countColumns = sql`
  ${sql.join(measured.map(([name, is]) => sql`count(*) filter (where ${is}) as ${sql.ref(name)}`))},
  coalesce(sum(1 / c.checked_probability), 0) as weight, coalesce(sum(1 / (c.checked_probability * c.checked_probability)), 0) as weight_squared,
  coalesce(sum(1 / c.checked_probability) filter (where ${measures.agreed}), 0) as weight_agreed`

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** @param fewest minimum of spot checks for a score */
export function viewCounts(row: CountRow, level: number, fewest: number): FollowUpCounts {
  const onTime = row['on-time']
  // Level 3 is a sample, so its denominator is the planned calls. Whoever can still be called in time is no gap yet.
  const due = (level === 3 ? row.planned : row.discharged) - row.pending
  return {
    ...(Object.fromEntries(plain.map((name) => [name, row[name]])) as Record<(typeof plain)[number], number>),
    onTime,
    due,
    spotCheck: scoreOf(
      {
        checked: row.checked,
        weight: row.weight,
        weightSquared: row.weight_squared,
        agreed: row.weight_agreed,
      },
      fewest,
    ),
    coverage: share(row.followed, due),
    provenCoverage: share(row.proven, due),
    statedCoverage: share(row.stated, due),
    timeliness: share(onTime, row.followed),
    reach: share(row.reached, row.reached + row.unreached),
  }
}

/** A period to compare with; null when nobody was discharged in it or nothing was planned for anybody: then there is nothing to compare. */
export function viewEarlier(row: CountRow | undefined, level: number, fewest: number): FollowUpCounts | null {
  return row && row.planned > 0 ? viewCounts(row, level, fewest) : null
}

export const noCounts = {
  ...(Object.fromEntries(measured.map(([name]) => [name, 0])) as Record<Measure, number>),
  key: null,
  weight: 0,
  weight_squared: 0,
  weight_agreed: 0,
} satisfies CountRow
