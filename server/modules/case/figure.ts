import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { getCaseFigures as figuresRoute } from '../../../contract/case-figure.ts'
import { caseAge } from '../../../contract/case.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { ageBand, answeredInTime, openedDay } from './list.ts'
import { caseWithin } from './scope.ts'

type Row = {
  id: number
  month: string
  category_id: number
  category: string
  age: z.output<typeof caseAge> | null
  in_time: boolean | null
  satisfaction: number | null
  departments: { id: number; name: string }[]
}

/** Counted at the upper category, and at that of all sites where a site has its own in its place. */
const topCode = (code: RawBuilder<unknown>) => sql`coalesce(
  (select u.code from case_category o join case_category u on u.id = o.parent_id where o.code = ${code} order by o.site_id nulls first limit 1), ${code})`

/** What came in within a period, counted once each; by department a case counts at every one that it is about. */
export async function caseFigures(db: Db, actor: Actor, query: z.output<typeof figuresRoute.query>) {
  const reach = authorize(actor, 'case.read')
  const where: RawBuilder<SqlBool>[] = [
    caseWithin(reach, actor),
    sql`${openedDay} between ${query.from}::date and ${query.to}::date`,
  ]
  if (query.siteId) where.push(sql`x.site_id = ${query.siteId}`)
  if (query.kind) where.push(sql`x.kind = ${query.kind}`)
  if (query.departmentId)
    where.push(
      sql`exists (select 1 from case_department w where w.case_id = x.id and w.department_id = ${query.departmentId})`,
    )
  const { rows } = await sql<Row>`
    select x.id, to_char(${openedDay}, 'YYYY-MM') as month, k.id as category_id, k.name as category,
      case when x.status <> 'closed' then ${ageBand} end as age, ${answeredInTime} as in_time, x.satisfaction,
      coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name)) from case_department w join department d on d.id = w.department_id
        where w.case_id = x.id), '[]') as departments
    from service_case x join site s on s.id = x.site_id
      join case_category own on own.id = x.category_id
      join lateral (select o.id, o.name from case_category o where o.code = ${topCode(sql`own.code`)} order by o.site_id nulls first limit 1) k on true
    where ${sql.join(where, sql` and `)}`.execute(db)
  await audit(db, actor, { action: 'case.figures' })
  const share = (some: Row[]) => ({
    count: some.length,
    judged: some.filter((row) => row.in_time !== null).length,
    inTime: some.filter((row) => row.in_time === true).length,
  })
  const all = share(rows)
  const named = (some: { id: number; name: string; count: number }[]) =>
    some.sort((a, b) => b.count - a.count)
  const placed = rows.flatMap((row) => row.departments.map((department) => ({ row, department })))
  return {
    cases: all.count,
    open: rows.filter((row) => row.age !== null).length,
    ages: caseAge.options.map((age) => ({ age, count: rows.filter((row) => row.age === age).length })),
    judged: all.judged,
    inTime: all.inTime,
    rated: rows.filter((row) => row.satisfaction !== null).length,
    satisfied: rows.filter((row) => (row.satisfaction ?? 0) >= 4).length,
    categories: named(
      [...Map.groupBy(rows, (row) => row.category_id)].map(([id, some]) => ({
        id,
        name: some[0]?.category ?? '',
        count: some.length,
      })),
    ),
    departments: [...Map.groupBy(placed, ({ department }) => department.id)]
      .map(([id, some]) => ({
        id,
        name: some[0]?.department.name ?? '',
        ...share(some.map(({ row }) => row)),
      }))
      .sort((a, b) => b.count - a.count),
    months: [...Map.groupBy(rows, (row) => row.month)]
      .map(([month, some]) => ({ month, ...share(some) }))
      .sort((a, b) => a.month.localeCompare(b.month)),
  }
}
