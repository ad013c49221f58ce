import { type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  getHeadCheckSample as sampleRoute,
  HeadCheckLine,
  listHeadChecks as listRoute,
  saveHeadCheck as saveRoute,
} from '../../../contract/head-check.ts'
import { monthPeriod } from '../../../contract/month.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { cohort, countColumns, type CountRow, viewCounts } from '../figure/cohort.ts'
import { nameSeenBy } from '../person/scope.ts'
import { homeSite, zoneOf } from '../organisation/home-site.ts'
import { readSettings, settingSql } from '../setting/setting.ts'
import { zoneAt } from '../setting/time-zone.ts'
import { joinPerson } from '../event/record.ts'

type ListQuery = z.output<(typeof listRoute)['query']>
type SampleQuery = z.output<(typeof sampleRoute)['query']>
type Input = z.output<(typeof saveRoute)['body']>

type Row = CountRow & {
  staff_id: number
  staff_name: string
  staff_role: string
  title: string | null
  department_id: number
  department_name: string
  check_id: number | null
  verdict: 'satisfactory' | 'needs-work' | null
  remark: string | null
  checked_at: Date | null
  checked_by_name: string | null
  acknowledged_at: Date | null
}

type Scope = {
  month: string
  siteId?: number | undefined
  departmentId?: number | undefined
  staffId?: number | undefined
}

/** Doctors who discharged somebody in the month, per department. A head's own patients are not checked. */
async function lines(db: Db, reach: Reach, scope: Scope): Promise<Row[]> {
  const filter = {
    ...monthPeriod(scope.month),
    level: 1,
    siteId: scope.siteId,
    departmentId: scope.departmentId,
    attendingStaffId: scope.staffId,
  }
  const { rows } = await sql<Row>`
    with discharging as (
      select c.department_id, c.attending_staff_id as staff_id, ${countColumns}
      from (${cohort(reach, filter, [1])}) as c
      where c.department_id is not null and c.attending_staff_id is not null group by 1, 2
    )
    select discharging.*, s.name as staff_name, s.role as staff_role, s.title, d.name as department_name, k.id as check_id, k.verdict, k.remark,
      k.checked_at, k.checked_by_name, k.acknowledged_at
    from discharging join staff s on s.id = discharging.staff_id join department d on d.id = discharging.department_id
      left join head_check k on k.month = ${filter.from}::date and k.department_id = discharging.department_id and k.staff_id = discharging.staff_id
    where s.role <> 'department-head'
    order by d.name, d.id, s.name, s.id`.execute(db)
  return rows
}

export async function listHeadChecks(db: Db, actor: Actor, query: ListQuery) {
  const reach = authorize(actor, 'head-check.read')
  const settings = await readSettings(
    db,
    ['spot-check.score-minimum', 'head-check.due-day'],
    query.siteId ?? null,
  )
  const rows = await lines(db, reach, query)
  const { rows: zones } = await sql<{ time_zone: string }>`
    select ${zoneAt(query.siteId === undefined ? homeSite(actor) : sql`${query.siteId}::int`)} as time_zone`.execute(
    db,
  )
  const today = localDate(new Date(), zones[0]?.time_zone ?? 'UTC')
  const { to } = monthPeriod(query.month)
  await audit(db, actor, { action: 'head-check.list', subject: query.month })
  return {
    dueOn: shiftDate(to, settings['head-check.due-day']),
    over: today > to,
    items: rows.map((row) => viewLine(row, actor, settings['spot-check.score-minimum'], today > to)),
  }
}

/** Doctors of last month whom nobody has checked yet, late from the day on that is set. */
export async function countUnchecked(db: Db, actor: Actor, reach: Reach) {
  const [{ 'head-check.due-day': dueDay }, zone] = await Promise.all([
    readSettings(db, ['head-check.due-day'], null),
    zoneOf(db, actor),
  ])
  const today = localDate(new Date(), zone)
  const { from, to } = monthPeriod(today.slice(0, 7), 1)
  const open = (await lines(db, reach, { month: from.slice(0, 7) })).filter(
    (row) => row.check_id === null && row.staff_id !== actor.staffId,
  )
  return { count: open.length, late: today > shiftDate(to, dueDay) ? open.length : 0 }
}

function viewLine(row: Row, actor: Actor, fewest: number, over: boolean): HeadCheckLine {
  const own = row.staff_id === actor.staffId
  const writes = actor.access['head-check.write']
  return {
    staffId: row.staff_id,
    staffName: row.staff_name,
    title: row.title,
    departmentId: row.department_id,
    departmentName: row.department_name,
    counts: viewCounts(row, 1, fewest),
    check:
      row.check_id === null
        ? null
        : {
            id: row.check_id,
            verdict: row.verdict ?? 'satisfactory',
            remark: row.remark,
            checkedAt: row.checked_at?.toISOString() ?? '',
            checkedByName: row.checked_by_name ?? '',
            acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
          },
    abilities: {
      check:
        over &&
        !own &&
        row.acknowledged_at === null &&
        writes !== undefined &&
        (writes.all || writes.departmentIds.includes(row.department_id)),
      acknowledge:
        own && may(actor, 'head-check.acknowledge') && row.check_id !== null && row.acknowledged_at === null,
    },
  }
}

type SampleRow = {
  task_id: number
  person_id: number
  person_name: string
  condition_text: string | null
  due_at: Date
  completed_at: Date
  outcome: 'done'
  proof: 'stated' | null
  attempts: number
  duration_seconds: number | null
  note: string | null
}

/** A few finished results, in an order determined by month and task only, so that nobody can choose. */
export async function getHeadCheckSample(db: Db, actor: Actor, query: SampleQuery) {
  const reach = authorize(actor, 'head-check.read')
  const filter = {
    ...monthPeriod(query.month),
    level: 1,
    departmentId: query.departmentId,
    attendingStaffId: query.staffId,
  }
  const { rows } = await sql<SampleRow>`
    select c.task_id, p.id as person_id, ${nameSeenBy(actor)} as person_name, c.condition_text, c.due_at, c.completed_at, c.outcome, c.proof, coalesce(a.number, 0) as attempts,
      a.duration_seconds, a.note
    from (${cohort(reach, filter, [1])}) as c ${joinPerson(sql`c.person_id`)}
      left join lateral (select number, duration_seconds, note from task_attempt where task_id = c.task_id order by number desc limit 1) a on true
    where c.status = 'completed'
    order by md5(${query.month} || ':' || c.task_id), c.task_id
    limit (${settingSql('head-check.sample', sql`(select site_id from department where id = ${query.departmentId})`)})::int`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'head-check.sample',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name', 'note'],
  })
  return {
    items: rows.map((row) => ({
      taskId: row.task_id,
      personId: row.person_id,
      personName: row.person_name,
      conditionText: row.condition_text,
      dueAt: row.due_at.toISOString(),
      completedAt: row.completed_at.toISOString(),
      outcome: row.outcome,
      proof: row.proof,
      attempts: row.attempts,
      durationSeconds: row.duration_seconds,
      note: row.note,
    })),
  }
}

/**
 * Records the head's finding, or corrects it until the doctor has acknowledged it.
 * @throws {AppError} not-found (a doctor without discharges in that department and month, or outside the actor's reach), forbidden,
 * invalid, already-closed
 */
export async function saveHeadCheck(trx: Trx, actor: Actor, input: Input): Promise<{ id: number }> {
  const reach = authorize(actor, 'head-check.write')
  if (input.staffId === actor.staffId) throw new AppError('forbidden', 'Nobody checks their own follow-up.')
  const [row] = await lines(trx, reach, input)
  const known = found(row)
  const department = found(
    await trx
      .selectFrom('department')
      .innerJoin('site', 'site.id', 'department.site_id')
      .select(['department.site_id', 'site.time_zone'])
      .where('department.id', '=', input.departmentId)
      .where(
        reach.all
          ? sql<SqlBool>`true`
          : sql<SqlBool>`(department.id = any(${reach.departmentIds}::int[]) or department.site_id = any(${reach.siteIds}::int[]))`,
      )
      .executeTakeFirst(),
  )
  const settings = await readSettings(trx, ['spot-check.score-minimum'], department.site_id)
  if (localDate(new Date(), department.time_zone) <= monthPeriod(input.month).to)
    throw new AppError('invalid', undefined, [{ path: 'month', message: 'is not over yet' }])
  const { rows } = await sql<{ id: number }>`
    insert into head_check (site_id, department_id, staff_id, month, verdict, remark, counts, checked_by_name)
    values (${department.site_id}, ${input.departmentId}, ${input.staffId}, ${`${input.month}-01`}::date, ${input.verdict},
      ${input.remark ? input.remark : null}, ${JSON.stringify(viewCounts(known, 1, settings['spot-check.score-minimum']))}::jsonb, ${actor.name})
    on conflict (month, department_id, staff_id) do update set verdict = excluded.verdict, remark = excluded.remark,
      counts = excluded.counts, checked_at = now(), checked_by_name = excluded.checked_by_name
    where head_check.acknowledged_at is null
    returning id`.execute(trx)
  const saved = rows[0]
  if (!saved) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'head-check.save',
    subject: `head-check:${saved.id} staff:${input.staffId} ${input.month} ${input.verdict}`,
  })
  return saved
}

/** @throws {AppError} not-found unless it is about the actor, already-closed */
export async function acknowledgeHeadCheck(trx: Trx, actor: Actor, id: number): Promise<void> {
  authorize(actor, 'head-check.acknowledge')
  const row = found(
    await trx
      .selectFrom('head_check')
      .select('acknowledged_at')
      .where('id', '=', id)
      .where('staff_id', '=', actor.staffId ?? -1)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (row.acknowledged_at !== null) throw new AppError('already-closed')
  await trx
    .updateTable('head_check')
    .set({ acknowledged_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  await audit(trx, actor, { action: 'head-check.acknowledge', subject: `head-check:${id}` })
}
