import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { listPromises as listRoute, promiseFigures as figuresRoute } from '../../../contract/promise.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { assertSortable, listOrder, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { promiseWithin } from './scope.ts'
import { promiseColumns, promiseJoins, type PromiseRow, viewPromise } from './view.ts'

type Query = z.output<typeof listRoute.query>

/** The day on which a promise was due, in the time of its site. */
const dueDay = sql`(m.due_at at time zone s.time_zone)::date`

const nextDue: UsualOrder<PromiseRow> = {
  by: sql`m.due_at, m.id`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['string', 'number'])
    return after ? [sql<SqlBool>`(m.due_at, m.id) > (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
  key: (row) => [row.promised_at.toISOString(), row.id],
}

const views: Record<Query['view'], RawBuilder<SqlBool> | null> = {
  open: sql<SqlBool>`m.status = 'open'`,
  today: sql<SqlBool>`(m.status = 'open' and ${dueDay} <= (now() at time zone s.time_zone)::date or m.status = 'broken' and m.fulfilled_at is null)`,
  broken: sql<SqlBool>`m.status = 'broken'`,
  kept: sql<SqlBool>`m.status = 'kept'`,
  withdrawn: sql<SqlBool>`m.status = 'withdrawn'`,
  due: sql<SqlBool>`${judged()}`,
  all: null,
}

/** Counted in promise and delivery: its time has come, and nobody took it back. */
function judged(): RawBuilder<SqlBool> {
  return sql<SqlBool>`(m.status in ('kept', 'broken') and (m.status = 'kept' or m.due_at <= now()))`
}

function whoseOf(whose: Query['whose'], actor: Actor, reach: Reach): RawBuilder<SqlBool>[] {
  if (whose === 'mine')
    return [sql<SqlBool>`(m.owner_id = ${actor.id} or m.owner_staff_id = ${actor.staffId})`]
  if (whose !== 'department') return []
  const own = actor.grants.flatMap((one) => one.departmentId ?? [])
  return [
    sql<SqlBool>`m.department_id in (select unnest(${[...own, ...reach.departmentIds]}::int[])
      union select department_id from staff where id = ${actor.staffId})`,
  ]
}

/** Promises within reach, the next due first. */
export async function listPromises(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'promise.read')
  const order = listOrder<PromiseRow>(
    { due: { by: sql`m.due_at`, type: 'time' }, made: { by: sql`m.made_at`, type: 'time' } },
    sql`m.id`,
    nextDue,
    query,
  )
  const where: RawBuilder<SqlBool>[] = [promiseWithin(reach, actor), ...whoseOf(query.whose, actor, reach)]
  const view = views[query.view]
  if (view) where.push(view)
  if (query.siteId) where.push(sql`m.site_id = ${query.siteId}`)
  if (query.departmentId) where.push(sql`m.department_id = ${query.departmentId}`)
  if (query.personId) where.push(sql`m.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  if (query.sourceKind) where.push(sql`m.source_kind = ${query.sourceKind}`)
  if (query.sourceId) where.push(sql`m.source_id = ${query.sourceId}`)
  if (query.from) where.push(sql`${dueDay} >= ${query.from}::date`)
  if (query.to) where.push(sql`${dueDay} <= ${query.to}::date`)
  if (query.inTime !== undefined)
    where.push(query.inTime ? sql`m.status = 'kept'` : sql`(m.status = 'broken' and ${judged()})`)
  const from = sql`${promiseJoins} where ${sql.join(where, sql` and `)}`
  await assertSortable(db, query.sort, from)
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<PromiseRow>`
    select ${order.key} as sort_key, ${promiseColumns(actor)} ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'promise.list',
    subject: `persons:${rows.flatMap((row) => row.person_id ?? []).join(',')}`,
    fields: ['name', 'text'],
  })
  return {
    ...order.page(rows, query.limit, (row) => viewPromise(actor, row)),
    total: await totalOf(db, query, from),
  }
}

/** Promise and delivery: kept in time of those whose time came within the period. */
export async function promiseFigures(db: Db, actor: Actor, query: z.output<typeof figuresRoute.query>) {
  const reach = authorize(actor, 'promise.read')
  const where: RawBuilder<SqlBool>[] = [promiseWithin(reach, actor), judged()]
  if (query.siteId) where.push(sql`m.site_id = ${query.siteId}`)
  if (query.departmentId) where.push(sql`m.department_id = ${query.departmentId}`)
  if (query.from) where.push(sql`${dueDay} >= ${query.from}::date`)
  if (query.to) where.push(sql`${dueDay} <= ${query.to}::date`)
  const { rows } = await sql<{
    department_id: number | null
    name: string | null
    month: string
    reason: NonNullable<PromiseRow['delay_reason']> | null
    due: number
    kept: number
  }>`
    select m.department_id, d.name, to_char(${dueDay}, 'YYYY-MM') as month, m.delay_reason as reason, count(*)::int as due,
      count(*) filter (where m.status = 'kept')::int as kept
    from promise m join site s on s.id = m.site_id left join department d on d.id = m.department_id
    where ${sql.join(where, sql` and `)} group by 1, 2, 3, 4`.execute(db)
  const sum = (some: typeof rows) => ({
    due: some.reduce((n, row) => n + row.due, 0),
    kept: some.reduce((n, row) => n + row.kept, 0),
  })
  await audit(db, actor, { action: 'promise.figures' })
  return {
    ...sum(rows),
    departments: [...Map.groupBy(rows, (row) => row.department_id)]
      .map(([id, some]) => ({ id, name: some[0]?.name ?? null, ...sum(some) }))
      .sort((a, b) => b.due - a.due),
    months: [...Map.groupBy(rows, (row) => row.month)]
      .map(([month, some]) => ({ month, ...sum(some) }))
      .sort((a, b) => a.month.localeCompare(b.month)),
    reasons: [...Map.groupBy(rows, (row) => row.reason)]
      .flatMap(([reason, some]) => (reason === null ? [] : { reason, count: sum(some).due }))
      .sort((a, b) => b.count - a.count),
  }
}
