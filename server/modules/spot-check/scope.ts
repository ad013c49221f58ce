import { type SqlBool, sql } from 'kysely'
import type { Reach } from '../../platform/actor.ts'

/** Row scope of spot checks `k`: one's own results, those of one's departments or sites, or all. */
export function checksWithin(reach: Reach) {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(k.site_id = any(${reach.siteIds}::int[]) or k.department_id = any(${reach.departmentIds}::int[])
    or k.staff_id = ${reach.staffId})`
}

/** Who stands under a check must not know of it before the call: only those of the site see open ones. */
export function openVisible(reach: Reach) {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`k.site_id = any(${reach.siteIds}::int[])`
}
