import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { listCases as listRoute } from '../../../contract/case.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { assertSortable, listOrder, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { caseWithin } from './scope.ts'
import { caseColumns, caseJoins, type CaseRow, viewSummary } from './view.ts'

type Query = z.output<typeof listRoute.query>

/** The day on which a case `x` came in, in the time of its site `s`. */
export const openedDay = sql`(x.opened_at at time zone s.time_zone)::date`

/** Whether the answer was in time: the last clock for it; null where nobody can tell yet. */
export const answeredInTime = sql<boolean | null>`(
  select case when a.stopped_at is not null and a.due_at is not null then a.stopped_at <= a.due_at when a.breached_at is not null then false end
  from clock a where a.kind = 'case.answer' and a.subject_kind = 'case' and a.subject_id = x.id order by a.id desc limit 1)`

/** Whole days since an open case came in. */
export const ageDays = sql`floor(extract(epoch from now() - x.opened_at) / 86400)`
export const ageBand = sql<string>`case when ${ageDays} <= 2 then '0-2' when ${ageDays} <= 5 then '3-5' when ${ageDays} <= 10 then '6-10' else '11+' end`

/** Codes of a category, also as a site has it in its place, and of those below it. */
export const codesBelow = (category: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select o.code from case_category o left join case_category u on u.id = o.parent_id
    join case_category wanted on wanted.id = ${category}::int and wanted.code in (o.code, u.code)`

const open = sql<SqlBool>`x.status <> 'closed'`

const nextDue: UsualOrder<CaseRow> = {
  by: sql`coalesce(c.due_at, 'infinity'), x.id`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['string', 'number'])
    return after
      ? [
          sql<SqlBool>`(coalesce(c.due_at, 'infinity'), x.id) > (${after[0]}::timestamptz, ${after[1]}::bigint)`,
        ]
      : []
  },
  key: (row) => [row.due_key, row.id],
}

function viewOf(view: Query['view'], actor: Actor): RawBuilder<SqlBool>[] {
  switch (view) {
    case 'open':
      return [open]
    case 'mine':
      return [open, sql<SqlBool>`(x.owner_id = ${actor.id} or x.owner_staff_id = ${actor.staffId})`]
    case 'late':
      return [open, sql<SqlBool>`c.breached_at is not null`]
    case 'answered':
      return [sql<SqlBool>`x.status = 'answered'`]
    case 'approval':
      return [
        open,
        sql<SqlBool>`exists (select 1 from case_grant g where g.case_id = x.id and g.status = 'waiting')`,
      ]
    case 'closed':
      return [sql<SqlBool>`x.status = 'closed'`]
    case 'all':
      return []
  }
}

const like = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

function filtersOf(query: Query): RawBuilder<SqlBool>[] {
  const where: RawBuilder<SqlBool>[] = []
  const equal = (column: string, value: unknown) => {
    if (value !== undefined) where.push(sql<SqlBool>`${sql.ref(`x.${column}`)} = ${value}`)
  }
  equal('kind', query.kind)
  equal('channel', query.channel)
  equal('site_id', query.siteId)
  equal('severity', query.severity)
  equal('improvement_id', query.improvementId)
  if (query.departmentId)
    where.push(
      sql`exists (select 1 from case_department w where w.case_id = x.id and w.department_id = ${query.departmentId})`,
    )
  // A category with those below it, and what takes its place at a site.
  if (query.categoryId) where.push(sql<SqlBool>`k.code in (${codesBelow(sql`${query.categoryId}`)})`)
  if (query.personId) where.push(sql`x.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  if (query.age) where.push(sql`(${open} and ${ageBand} = ${query.age})`)
  if (query.inTime !== undefined) where.push(sql`${answeredInTime} is not distinct from ${query.inTime}`)
  if (query.satisfied !== undefined)
    where.push(query.satisfied ? sql`x.satisfaction >= 4` : sql`x.satisfaction < 4`)
  if (query.from) where.push(sql`${openedDay} >= ${query.from}::date`)
  if (query.to) where.push(sql`${openedDay} <= ${query.to}::date`)
  if (query.search) {
    const number = /^c?0*(\d{1,15})$/i.exec(query.search)?.[1]
    where.push(
      sql`(x.description ilike ${like(query.search)} or x.external_number ilike ${like(query.search)} or x.complainant_name ilike ${like(query.search)}
        or x.id = ${number ? Number(number) : null}::bigint)`,
    )
  }
  return where
}

/** Cases within reach, the next due first. */
export async function listCases(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'case.read')
  const order = listOrder<CaseRow>(
    {
      due: { by: sql`c.due_at`, type: 'time' },
      opened: { by: sql`x.opened_at`, type: 'time' },
      severity: {
        by: sql`array_position(array['minor', 'ordinary', 'serious'], x.severity)`,
        type: 'number',
      },
    },
    sql`x.id`,
    nextDue,
    query,
  )
  const where = [caseWithin(reach, actor), ...viewOf(query.view, actor), ...filtersOf(query)]
  const from = sql`${caseJoins} where ${sql.join(where, sql` and `)}`
  await assertSortable(db, query.sort, from)
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<CaseRow>`
    select ${order.key} as sort_key, ${caseColumns(actor)} ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'case.list',
    subject: `persons:${rows.flatMap((row) => row.personId ?? []).join(',')}`,
    fields: ['name', 'text'],
  })
  return { ...order.page(rows, query.limit, viewSummary), total: await totalOf(db, query, from) }
}
