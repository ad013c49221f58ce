import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import type { Permission } from '../../../contract/access.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

/** The sites at which the actor works in any way: whoever works in one department may see and book the clinics of its whole hospital. */
export function siteReached(reach: Reach, site: RawBuilder<unknown>): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(${site} = any(${reach.siteIds}::int[])
    or ${site} in (select site_id from department where id = any(${reach.departmentIds}::int[]))
    or ${site} = (select site_id from staff where id = ${reach.staffId}))`
}

/** Row scope of what has a place: rows of one's sites, departments, or one's own. @param alias the table's name in the query */
export function placeWithin(reach: Reach, alias: string): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  return sql<SqlBool>`(${column('site_id')} = any(${reach.siteIds}::int[])
    or ${column('department_id')} = any(${reach.departmentIds}::int[]) or ${column('staff_id')} = ${reach.staffId})`
}

/** @throws {AppError} forbidden, not-found: a site at which the actor does not work */
export async function authorizeSite(
  db: Db,
  actor: Actor,
  permission: Permission,
  siteId: number,
): Promise<string> {
  const reach = authorize(actor, permission)
  const { rows } = await sql<{ zone: string }>`
    select s.time_zone as zone from site s where s.id = ${siteId} and ${siteReached(reach, sql`s.id`)}`.execute(
    db,
  )
  const [row] = rows
  if (!row) throw new AppError('not-found')
  return row.zone
}

/** Whether the actor may change schedules there. @throws {AppError} forbidden, not-found */
export function authorizePlace(actor: Actor, place: { siteId: number; departmentId: number | null }): void {
  const reach = authorize(actor, 'schedule.write')
  const within =
    reach.all ||
    reach.siteIds.includes(place.siteId) ||
    (place.departmentId !== null && reach.departmentIds.includes(place.departmentId))
  if (!within) throw new AppError('not-found')
}
