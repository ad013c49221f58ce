import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { queuesOf } from '../task/scope.ts'

/**
 * Row scope of instructions `i` with task `t`: what stands on one's lists, what one was given or has executed, those of one's departments or
 * sites, or all.
 * @throws {AppError} forbidden
 */
export async function instructionWithin(
  db: Db,
  actor: Actor,
  permission: 'instruction.read' | 'instruction.issue' | 'instruction.submit',
): Promise<RawBuilder<SqlBool>> {
  const reach = authorize(actor, permission)
  if (reach.all) return sql<SqlBool>`true`
  const queues = await queuesOf(db, actor)
  return sql<SqlBool>`(i.site_id = any(${reach.siteIds}::int[]) or i.department_id = any(${reach.departmentIds}::int[])
    or t.assignee_staff_id = ${reach.staffId} or t.queue = any(${queues}::text[]) or t.completed_by = ${actor.id})`
}
