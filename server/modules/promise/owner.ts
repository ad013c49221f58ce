import { sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import { type Actor, roleRules } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import type { Assignee, Place } from '../task/create.ts'

export type Owner = { staffId: number | null; departmentId: number | null; role: string }

/** Whose list work of this owner stands on. */
export function listOf(owner: Owner, siteId: number): { assignee: Assignee; place: Place } {
  const place = { siteId, departmentId: owner.departmentId, attendingStaffId: owner.staffId }
  if (owner.staffId !== null) return { assignee: 'staff', place }
  return { assignee: owner.departmentId === null ? 'service-centre' : 'department-head', place }
}

/** The role in which the actor works at a site. */
export function roleAt(actor: Actor, siteId: number, permission: Permission): string {
  const grants = actor.grants.filter((one) => roleRules[one.role][permission] !== undefined)
  return (grants.find((one) => one.siteId === siteId) ?? grants[0])?.role ?? 'service-centre'
}

export type NamedOwner = Owner & { id: string | null; name: string }

/** A colleague of the site as owner. @throws {AppError} not-found */
export async function staffOwner(trx: Trx, siteId: number, staffId: number): Promise<NamedOwner> {
  const { rows } = await sql<{
    name: string
    department_id: number | null
    role: string
    user_id: string | null
  }>`
    select h.name, h.department_id, h.role, (select 'user:' || u.id from app_user u where u.staff_id = h.id limit 1) as user_id
    from staff h where h.id = ${staffId} and h.site_id = ${siteId}`.execute(trx)
  const row = found(rows[0])
  return { id: row.user_id, staffId, departmentId: row.department_id, name: row.name, role: row.role }
}

/** A department of the site as owner. @throws {AppError} not-found */
export async function departmentOwner(trx: Trx, siteId: number, departmentId: number): Promise<NamedOwner> {
  const row = await trx
    .selectFrom('department')
    .select('name')
    .where('id', '=', departmentId)
    .where('site_id', '=', siteId)
    .executeTakeFirst()
  return { id: null, staffId: null, departmentId, name: found(row).name, role: 'department-head' }
}
