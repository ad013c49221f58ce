import { type SqlBool, sql } from 'kysely'
import type { Reach } from '../../platform/actor.ts'

/** Row scope of spot checks `k`: the actor's own results, those of the actor's departments or sites, or all. */
export function checksWithin(reach: Reach) {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(k.site_id = any(${reach.siteIds}::int[]) or k.department_id = any(${reach.departmentIds}::int[])
    or k.staff_id = ${reach.staffId})`
}

/** The checked doctor must not know of a check before the call: only site scope sees open ones. */
export function openVisible(reach: Reach) {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`k.site_id = any(${reach.siteIds}::int[])`
}
