import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'

type GroupPermission = 'group.read' | 'group.write' | 'group.export'

/** Group customers of the actor's sites and those served by all sites, or those the actor orders for; `g` is the table in the query. */
export function groupWithin(reach: Reach): RawBuilder<SqlBool> {
  return reach.all
    ? sql<SqlBool>`true`
    : sql<SqlBool>`(g.site_id = any(${reach.siteIds}::int[]) or (g.site_id is null and ${reach.siteIds.length > 0})
        or g.id = any(${reach.groupIds}::int[]))`
}

/** @throws {AppError} forbidden, not-found outside the reach */
export async function assertGroup(
  db: Db,
  actor: Actor,
  permission: GroupPermission,
  groupId: number,
): Promise<void> {
  const reach = authorize(actor, permission)
  const { rows } =
    await sql`select 1 from group_customer g where g.id = ${groupId} and ${groupWithin(reach)}`.execute(db)
  found(rows[0])
}

/** Group customers of all sites may be changed only by those who reach all sites; who looks after one is of its site. @throws {AppError} forbidden, not-found, invalid */
export async function assertPlace(
  db: Db,
  actor: Actor,
  input: { siteId: number | null; parentId: number | null; ownerStaffId: number | null },
): Promise<void> {
  const reach = authorize(actor, 'group.write')
  if (!reach.all && (input.siteId === null || !reach.siteIds.includes(input.siteId)))
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'is outside what you may change' }])
  const { rows } = await sql<{ site: boolean; parent: boolean; owner: boolean }>`
    select ${input.siteId}::int is null or exists (select 1 from site where id = ${input.siteId}) as site,
      ${input.parentId}::int is null or exists (select 1 from group_customer g where g.id = ${input.parentId} and ${groupWithin(reach)}) as parent,
      ${input.ownerStaffId}::int is null or exists (select 1 from staff
        where id = ${input.ownerStaffId} and (${input.siteId}::int is null or site_id = ${input.siteId})) as owner`.execute(
    db,
  )
  const known = found(rows[0])
  const wrong = [
    ...(known.site ? [] : [{ path: 'siteId', message: 'does not exist' }]),
    ...(known.parent ? [] : [{ path: 'parentId', message: 'does not exist' }]),
    ...(known.owner ? [] : [{ path: 'ownerStaffId', message: 'does not work at this site' }]),
  ]
  if (wrong.length > 0) throw new AppError('invalid', undefined, wrong)
}
