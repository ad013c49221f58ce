import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  changeImprovement as changeRoute,
  Improvement,
  ImprovementDetail,
  listImprovements as listRoute,
  startImprovement as startRoute,
} from '../../../contract/improvement.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { departmentOwner, staffOwner } from '../promise/owner.ts'
import { effectOf } from './effect.ts'
import { codesBelow } from './list.ts'
import { lockCase } from './scope.ts'

type Row = Sorted & {
  site_id: number
  time_zone: string
  title: string
  category_id: number
  category_name: string
  department_id: number
  department_name: string
  cause: string
  whys: string[]
  change: string | null
  owner_staff_id: number | null
  owner_name: string | null
  due_date: string | null
  done_date: string | null
  told_at: Date | null
  told_count: number | null
  overdue: boolean
  cases: number
  created_at: Date
  created_by: string
  created_by_name: string
  version: number
}

const today = sql`(now() at time zone s.time_zone)::date`
const columns = sql`
  i.id, i.site_id, s.time_zone, i.title, i.category_id, k.name as category_name, i.department_id, d.name as department_name, i.cause, i.whys, i.change,
  i.owner_staff_id, i.owner_name, i.due_date::text as due_date, i.done_date::text as done_date, i.told_at, i.told_count,
  coalesce(i.done_date is null and i.due_date < ${today}, false) as overdue, (select count(*)::int from service_case x where x.improvement_id = i.id) as cases,
  i.created_at, i.created_by, i.created_by_name, i.version`
const joins = sql`
  from improvement i join site s on s.id = i.site_id join case_category k on k.id = i.category_id join department d on d.id = i.department_id`

/** Row scope of improvements `i`: of one's sites and departments, and those that one began or has to do. */
export function improvementWithin(reach: Reach, actor: Actor): RawBuilder<SqlBool> {
  if (reach.only) return sql<SqlBool>`false`
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(i.site_id = any(${reach.siteIds}::int[]) or i.department_id = any(${reach.departmentIds}::int[])
    or i.created_by = ${actor.id} or i.owner_staff_id = ${reach.staffId})`
}

const statusOf = (row: Row): Improvement['status'] =>
  row.told_at !== null ? 'told' : row.done_date !== null ? 'done' : 'planned'

const view = (row: Row): Improvement => ({
  id: row.id,
  siteId: row.site_id,
  title: row.title,
  categoryId: row.category_id,
  categoryName: row.category_name,
  departmentId: row.department_id,
  departmentName: row.department_name,
  ownerStaffId: row.owner_staff_id,
  ownerName: row.owner_name,
  dueDate: row.due_date,
  doneDate: row.done_date,
  toldAt: row.told_at?.toISOString() ?? null,
  toldCount: row.told_count,
  status: statusOf(row),
  overdue: row.overdue,
  cases: row.cases,
  createdAt: row.created_at.toISOString(),
  createdByName: row.created_by_name,
  version: row.version,
})

const statuses = {
  planned: sql<SqlBool>`i.done_date is null`,
  done: sql<SqlBool>`(i.done_date is not null and i.told_at is null)`,
  told: sql<SqlBool>`i.told_at is not null`,
}

export async function listImprovements(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const reach = authorize(actor, 'case.read')
  const order = listOrder<Row>(
    {
      due: { by: sql`i.due_date::timestamptz`, type: 'time' },
      done: { by: sql`i.done_date::timestamptz`, type: 'time' },
    },
    sql`i.id`,
    newestFirst(sql`i.id`),
    query,
  )
  const where = [improvementWithin(reach, actor)]
  if (query.status) where.push(statuses[query.status])
  if (query.siteId) where.push(sql`i.site_id = ${query.siteId}`)
  if (query.departmentId) where.push(sql`i.department_id = ${query.departmentId}`)
  if (query.categoryId) where.push(sql<SqlBool>`k.code in (${codesBelow(sql`${query.categoryId}`)})`)
  const from = sql`${joins} where ${sql.join(where, sql` and `)}`
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, ${columns} ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, { action: 'improvement.list' })
  return { ...order.page(rows, query.limit, view), total: await totalOf(db, query, from) }
}

async function load(db: Db, actor: Actor, id: number): Promise<Row> {
  const reach = authorize(actor, 'case.read')
  const { rows } = await sql<Row>`
    select null::text as sort_key, ${columns} ${joins} where i.id = ${id} and ${improvementWithin(reach, actor)}`.execute(
    db,
  )
  return found(rows[0])
}

/** @throws {AppError} not-found */
export async function getImprovement(db: Db, actor: Actor, id: number): Promise<ImprovementDetail> {
  const row = await load(db, actor, id)
  await audit(db, actor, { action: 'improvement.read', subject: `improvement:${id}` })
  return viewDetail(db, actor, row)
}

async function viewDetail(db: Db, actor: Actor, row: Row): Promise<ImprovementDetail> {
  return {
    ...view(row),
    cause: row.cause,
    whys: row.whys,
    change: row.change,
    effect: await effectOf(db, row),
    abilities: {
      write: may(actor, 'case.write'),
      tell: may(actor, 'case.settle') && row.done_date !== null && row.told_at === null,
    },
  }
}

/** Begins with a complaint: its category, a department, and why it came to it. @throws {AppError} not-found, already-exists */
export async function startImprovement(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof startRoute.body>,
): Promise<ImprovementDetail> {
  const from = await lockCase(trx, actor, input.caseId, 'case.write')
  await departmentOwner(trx, from.site_id, input.departmentId)
  const owner = input.ownerStaffId === null ? null : await staffOwner(trx, from.site_id, input.ownerStaffId)
  const { id } = await trx
    .insertInto('improvement')
    .values({
      site_id: from.site_id,
      category_id: from.category_id,
      department_id: input.departmentId,
      title: input.title,
      cause: input.cause,
      whys: JSON.stringify(input.whys),
      change: input.change || null,
      owner_staff_id: owner?.staffId ?? null,
      owner_name: owner?.name ?? null,
      due_date: input.dueDate,
      created_by: actor.id,
      created_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tie(trx, id, from.id)
  await audit(trx, actor, { action: 'improvement.start', subject: `improvement:${id}` })
  return viewDetail(trx, actor, await load(trx, actor, id))
}

/** A case leads to one change. */
async function tie(trx: Trx, id: number, caseId: number): Promise<void> {
  const { rows } = await sql`
    update service_case set improvement_id = ${id}, version = version + 1 where id = ${caseId} and improvement_id is null returning id`.execute(
    trx,
  )
  if (rows.length === 0) throw new AppError('already-exists')
}

async function lock(
  trx: Trx,
  actor: Actor,
  id: number,
  permission: 'case.write' | 'case.settle',
): Promise<Row> {
  const reach = authorize(actor, permission)
  const { rows } = await sql`
    select 1 from improvement i where i.id = ${id} and ${improvementWithin(reach, actor)} for update`.execute(
    trx,
  )
  found(rows[0])
  return load(trx, actor, id)
}
export const lockImprovement = lock

/** A further complaint with the same cause. @throws {AppError} not-found, already-exists */
export async function linkCase(
  trx: Trx,
  actor: Actor,
  id: number,
  caseId: number,
): Promise<ImprovementDetail> {
  const row = await lock(trx, actor, id, 'case.write')
  const one = await lockCase(trx, actor, caseId, 'case.write')
  if (one.site_id !== row.site_id) throw new AppError('not-found')
  await tie(trx, id, caseId)
  await audit(trx, actor, { action: 'improvement.link', subject: `improvement:${id} case:${caseId}` })
  return viewDetail(trx, actor, await load(trx, actor, id))
}

/** @throws {AppError} not-found, changed-meanwhile, invalid (done, but nothing says what was changed) */
export async function changeImprovement(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<typeof changeRoute.body>,
): Promise<ImprovementDetail> {
  const row = await lock(trx, actor, id, 'case.write')
  if (row.version !== input.version) throw new AppError('changed-meanwhile')
  const owner =
    input.ownerStaffId === undefined || input.ownerStaffId === null
      ? null
      : await staffOwner(trx, row.site_id, input.ownerStaffId)
  const change = input.change === undefined ? row.change : input.change || null
  const doneDate = input.doneDate === undefined ? row.done_date : input.doneDate
  if (doneDate !== null && change === null)
    throw new AppError('invalid', undefined, [{ path: 'change', message: 'is needed' }])
  if (doneDate !== null && doneDate > localDate(new Date(), row.time_zone))
    throw new AppError('invalid', undefined, [{ path: 'doneDate', message: 'lies in the future' }])
  await trx
    .updateTable('improvement')
    .set({
      title: input.title ?? row.title,
      cause: input.cause ?? row.cause,
      whys: JSON.stringify(input.whys ?? row.whys),
      change,
      ...(input.ownerStaffId !== undefined && {
        owner_staff_id: owner?.staffId ?? null,
        owner_name: owner?.name ?? null,
      }),
      due_date: input.dueDate === undefined ? row.due_date : input.dueDate,
      done_date: doneDate,
      version: row.version + 1,
    })
    .where('id', '=', id)
    .execute()
  await audit(trx, actor, { action: 'improvement.change', subject: `improvement:${id}` })
  return viewDetail(trx, actor, await load(trx, actor, id))
}
