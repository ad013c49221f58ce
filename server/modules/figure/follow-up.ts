import { type Selectable, sql, type SqlBool } from 'kysely'
import type { Task } from '../../platform/db-types.ts'
import type { Measure } from '../../../contract/figure.ts'
import type { ProofClass } from '../../../contract/task.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { shiftDate } from '../../platform/clock.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { nameSeenBy } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import {
  cohort,
  countColumns,
  type CountRow,
  type Filter,
  groupKeys,
  type Grouping,
  measures,
  noCounts,
  viewCounts,
  viewEarlier,
} from './cohort.ts'
import { joinPerson } from '../event/record.ts'

export type FigureQuery = Filter & { by: Grouping; compare: 'before' | 'year' }

/** The same day a year earlier; for 29 February the 28th. */
const yearBefore = (day: string) =>
  `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`.replace(/-02-29$/, '-02-28')

/** Coverage, timeliness and reach, with another period for comparison. */
export async function getFollowUpFigures(db: Db, actor: Actor, query: FigureQuery) {
  const reach = authorize(actor, 'figure.read')
  const days = lengthOf(query)
  const before =
    query.compare === 'year'
      ? { ...query, from: yearBefore(query.from), to: yearBefore(query.to) }
      : { ...query, from: shiftDate(query.from, -days), to: shiftDate(query.from, -1) }
  const settings = await readSettings(
    db,
    ['figure.target.coverage', 'figure.target.timeliness', 'figure.target.reach', 'spot-check.score-minimum'],
    query.siteId ?? null,
  )
  const fewest = settings['spot-check.score-minimum']
  const trends =
    days <= 31 ? (['day', 'week'] as const) : days <= 190 ? (['week'] as const) : (['month'] as const)
  const groupings = [...new Set<Grouping>([...trends, ...(query.by === 'level' ? [] : [query.by])])]
  const [[total, ...sets], [previous], levels, labels] = await Promise.all([
    count(db, reach, query, [query.level], groupings),
    hasDataAt(db, before.from).then((has) => (has ? count(db, reach, before, [query.level], []) : [])),
    query.by === 'level' ? count(db, reach, query, [1, 2, 3], ['level']) : undefined,
    labelsOf(db, reach, query),
  ])
  const rowsBy = (by: Grouping) => sets[groupings.indexOf(by)] ?? []
  const sum = viewCounts(total?.[0] ?? noCounts, query.level, fewest)
  // A day of three discharges jumps between 0, 33, 67 and 100 %: a week says more.
  const trendBy = trends[0] === 'day' && sum.discharged < days * fewestADay ? 'week' : trends[0]
  await audit(db, actor, {
    action: 'figure.read',
    subject: `follow-up ${query.from}..${query.to} level ${query.level}`,
  })
  return {
    total: sum,
    previous: viewEarlier(previous?.[0], query.level, fewest),
    targets: {
      coverage: settings['figure.target.coverage'],
      timeliness: settings['figure.target.timeliness'],
      reach: settings['figure.target.reach'],
    },
    groups: (levels?.[1] ?? rowsBy(query.by)).map((row) => ({
      key: row.key ?? '-',
      label: labels.get(row.key ?? '-') ?? labelOf(query.by, row.key ?? '-'),
      ...viewCounts(row, query.by === 'level' ? Number(row.key) : query.level, fewest),
    })),
    trendBy,
    trend: rowsBy(trendBy).map((row) => ({
      key: row.key ?? '-',
      label: labelOf(trendBy, row.key ?? '-'),
      ...viewCounts(row, query.level, fewest),
    })),
  }
}

/** Below this many discharges a day on average, a trend is by week. */
const fewestADay = 10

/** Whether the hospital told of discharges by the week before a day: one that began later cannot be compared with that time. */
async function hasDataAt(db: Db, day: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select 1 from encounter where class = 'inpatient' and status = 'finished'
      and ends_at >= ${shiftDate(day, -6)}::timestamptz and ends_at < ${shiftDate(day, 1)}::timestamptz) as has`.execute(
    db,
  )
  return rows[0]?.has ?? false
}

/** How a key reads without names: a day `11-21`, a week by its days `11-16～11-22`. */
function labelOf(by: Grouping, key: string): string {
  if (by === 'day') return key.slice(5)
  const week = by === 'week' && /^(\d{4})-W(\d\d)$/.exec(key)
  if (!week) return key
  // The week with 4 January is the first (ISO 8601).
  const fourth = `${week[1]}-01-04`
  const monday = shiftDate(fourth, (Number(week[2]) - 1) * 7 - ((new Date(fourth).getUTCDay() + 6) % 7))
  return `${monday.slice(5)}～${shiftDate(monday, 6).slice(5)}`
}

/** Days of the period, both ends counted. @throws {AppError} invalid */
function lengthOf({ from, to }: Filter): number {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
  if (days < 1)
    throw new AppError('invalid', undefined, [{ path: 'to', message: 'lies before the beginning' }])
  if (days > 1100)
    throw new AppError('invalid', undefined, [
      { path: 'to', message: 'is more than three years after the beginning' },
    ])
  return days
}

/** One pass over the cohort: the total, then a list of groups for each requested grouping. */
export async function count(
  db: Db,
  reach: Reach,
  filter: Filter,
  levels: number[],
  groupings: Grouping[],
): Promise<CountRow[][]> {
  const keys = groupings.map((by, at) => sql`${groupKeys[by]} as ${sql.ref(`key${at}`)}`)
  const sets = groupings.map((_, at) => sql`(${sql.ref(`key${at}`)})`)
  const { rows } = await sql<CountRow & { set: number }>`
    select ${setNumber(groupings.length)} as set, ${keyOfSet(groupings.length)} as key, ${countColumns}
    from (select ${sql.join([sql`c.*`, ...keys])} from (${cohort(reach, filter, levels)}) as c) as c
    group by grouping sets (${sql.join([sql`()`, ...sets])}) order by 1, 2`.execute(db)
  return [0, ...groupings.map((_, at) => at + 1)].map((set) => rows.filter((row) => row.set === set))
}

/** The grouping set of a row: 0 the total, then 1, 2, … `grouping(x)` is 0 where the row is grouped by x. */
function setNumber(count: number) {
  if (count === 0) return sql`0`
  const each = Array.from(
    { length: count },
    (_, at) => sql`(1 - grouping(${sql.ref(`key${at}`)})) * ${sql.lit(at + 1)}`,
  )
  return sql.join(each, sql` + `)
}

function keyOfSet(count: number) {
  if (count === 0) return sql`null::text`
  return sql`coalesce(${sql.join(Array.from({ length: count }, (_, at) => sql`${sql.ref(`key${at}`)}::text`))})`
}

async function labelsOf(db: Db, reach: Reach, { by, ...filter }: FigureQuery): Promise<Map<string, string>> {
  if (by === 'site') return names(await db.selectFrom('site').select(['id', 'name']).execute())
  if (by === 'department') return names(await db.selectFrom('department').select(['id', 'name']).execute())
  if (by === 'doctor') return names(await db.selectFrom('staff').select(['id', 'name']).execute())
  if (by === 'disease') {
    const { rows } = await sql<{ key: string | null; text: string | null }>`
      select ${groupKeys.disease} as key, mode() within group (order by c.condition_text) as text
      from (${cohort(reach, filter, [filter.level])}) as c group by 1`.execute(db)
    return new Map(rows.flatMap(({ key, text }) => (key === null ? [] : [[key, `${key} ${text ?? ''}`]])))
  }
  return new Map()
}

const names = (rows: { id: number; name: string }[]) => new Map(rows.map((row) => [String(row.id), row.name]))

export type RowsFilter = Filter & { measure: Measure; by?: Grouping | undefined; key?: string | undefined }

export type DischargeRow = {
  encounter_id: number
  person_id: number
  person_name: string
  department_name: string | null
  attending_name: string | null
  condition_text: string | null
  ends_at: Date
  ends_key: string
  task_id: number | null
  level: number
  status: Selectable<Task>['status'] | null
  outcome: Selectable<Task>['outcome']
  due_at: Date | null
  completed_at: Date | null
  attempts: number | null
  proof: ProofClass | null
  assignee_name: string | null
}

/** The discharges behind a figure: the same cohort and measure, as rows. */
export async function dischargeRows(
  db: Db,
  actor: Actor,
  reach: Reach,
  filter: RowsFilter,
  limit: number,
  after?: [string, number],
): Promise<DischargeRow[]> {
  const level = filter.by === 'level' && filter.key ? Number(filter.key) : filter.level
  const where = [measures[filter.measure]]
  if (filter.by && filter.key !== undefined)
    where.push(
      filter.key === '-'
        ? sql<SqlBool>`${groupKeys[filter.by]} is null`
        : sql<SqlBool>`${groupKeys[filter.by]}::text = ${filter.key}`,
    )
  if (after)
    where.push(sql<SqlBool>`(c.ends_at, c.encounter_id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`)
  const { rows } = await sql<DischargeRow>`
    select c.encounter_id, p.id as person_id, ${nameSeenBy(actor)} as person_name, d.name as department_name, a.name as attending_name, c.condition_text,
      c.ends_at, c.ends_at::text as ends_key, c.task_id, c.level, c.status, c.outcome, c.due_at, c.completed_at, contact.attempts, c.proof, h.name as assignee_name
    from (${cohort(reach, filter, [level], 'page')}) as c
    ${joinPerson(sql`c.person_id`)} left join department d on d.id = c.department_id
    left join staff a on a.id = c.attending_staff_id left join staff h on h.id = c.assignee_staff_id
    left join task_contact contact on contact.task_id = c.task_id
    where ${sql.join(where, sql` and `)}
    order by c.ends_at desc, c.encounter_id desc limit ${limit}`.execute(db)
  return rows
}

export async function listFollowUpRows(
  db: Db,
  actor: Actor,
  query: RowsFilter & { limit: number; cursor?: string | undefined },
) {
  const reach = authorize(actor, 'figure.read')
  lengthOf(query)
  const after = decodeCursor<[string, number]>(query.cursor, ['time', 'number'])
  const rows = await dischargeRows(db, actor, reach, query, query.limit + 1, after)
  await audit(db, actor, {
    action: 'figure.rows',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.ends_key, row.encounter_id],
    (row) => ({
      encounterId: row.encounter_id,
      personId: row.person_id,
      personName: row.person_name,
      departmentName: row.department_name,
      attendingName: row.attending_name,
      conditionText: row.condition_text,
      dischargedAt: row.ends_at.toISOString(),
      task:
        row.task_id === null || row.status === null
          ? null
          : {
              id: row.task_id,
              level: row.level,
              status: row.status,
              outcome: row.outcome,
              dueAt: row.due_at?.toISOString() ?? '',
              completedAt: row.completed_at?.toISOString() ?? null,
              attempts: row.attempts ?? 0,
              proof: row.proof,
              assigneeName: row.assignee_name,
            },
    }),
  )
}
