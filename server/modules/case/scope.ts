import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import type { CaseSummary } from '../../../contract/case.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { personOfRecord } from '../event/record.ts'

/** What a case is called outside: `C000012`. */
export const numberOf = (id: number): string => `C${String(id).padStart(6, '0')}`

/** Row scope of cases `x`: of one's sites, of one's departments (linked, owning or asked), and those that one took or has to work. */
export function caseWithin(reach: Reach, actor: Actor): RawBuilder<SqlBool> {
  if (reach.only) return sql<SqlBool>`false`
  if (reach.all) return sql<SqlBool>`true`
  const departments = sql`any(${reach.departmentIds}::int[])`
  return sql<SqlBool>`(x.site_id = any(${reach.siteIds}::int[]) or x.opened_by = ${actor.id} or x.owner_id = ${actor.id}
    or x.owner_staff_id = ${reach.staffId} or x.owner_department_id = ${departments}
    or exists (select 1 from case_department w where w.case_id = x.id and w.department_id = ${departments})
    or exists (select 1 from case_consultation w where w.case_id = x.id and w.department_id = ${departments}))`
}

export type Case = {
  id: number
  site_id: number
  kind: CaseSummary['kind']
  channel: CaseSummary['channel']
  status: CaseSummary['status']
  complainant: CaseSummary['complainant']
  /** The current person. */
  person_id: number | null
  complainant_name: string | null
  category_id: number
  severity: CaseSummary['severity']
  owner_id: string | null
  owner_staff_id: number | null
  owner_department_id: number | null
  reopened: number
  told_at: Date | null
  answer: string | null
  answered_at: Date | null
  dispute_id: number | null
  version: number
}

/** A case within reach, locked until the transaction ends. @throws {AppError} forbidden, not-found */
export async function lockCase(trx: Trx, actor: Actor, id: number, permission: Permission): Promise<Case> {
  const reach = authorize(actor, permission)
  const { rows } = await sql<Case>`
    select x.id, x.site_id, x.kind, x.channel, x.status, x.complainant, ${personOfRecord(sql`x.person_id`)} as person_id, x.complainant_name,
      x.category_id, x.severity, x.owner_id, x.owner_staff_id, x.owner_department_id, x.reopened, x.told_at, x.answer, x.answered_at,
      x.dispute_id, x.version
    from service_case x where x.id = ${id} and ${caseWithin(reach, actor)} for update of x`.execute(trx)
  return found(rows[0])
}

/** The same of one that is not closed. @throws {AppError} already-closed */
export async function lockOpenCase(
  trx: Trx,
  actor: Actor,
  id: number,
  permission: Permission,
): Promise<Case> {
  const row = await lockCase(trx, actor, id, permission)
  if (row.status === 'closed') throw new AppError('already-closed')
  return row
}

/** Ids of the departments that a case is about. */
export async function departmentsOf(db: Db, id: number): Promise<number[]> {
  const rows = await db
    .selectFrom('case_department')
    .select('department_id')
    .where('case_id', '=', id)
    .orderBy('department_id')
    .execute()
  return rows.map((row) => row.department_id)
}
