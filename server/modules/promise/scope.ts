import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import { type Actor, authorize, type Reach, roleRules } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { placeOf } from '../form/without-task.ts'

/** Row scope of promises `m`: of one's sites and departments, and those that one made or has to keep. */
export function promiseWithin(reach: Reach, actor: Actor): RawBuilder<SqlBool> {
  if (reach.only) return sql<SqlBool>`false`
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(m.site_id = any(${reach.siteIds}::int[]) or m.department_id = any(${reach.departmentIds}::int[])
    or m.made_by = ${actor.id} or m.owner_id = ${actor.id} or m.owner_staff_id = ${reach.staffId})`
}

/** A site at which the actor has the permission in whatever scope: who works in one department registers for the whole hospital. */
export function siteWithin(
  actor: Actor,
  permission: Permission,
  site: RawBuilder<unknown>,
): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  const grants = actor.grants.filter((one) => roleRules[one.role][permission] !== undefined)
  const departments = grants.flatMap((one) => one.departmentId ?? [])
  if (reach.all || grants.some((one) => one.siteId === null && one.departmentId === null))
    return sql<SqlBool>`true`
  return sql<SqlBool>`(${site} = any(${[...reach.siteIds, ...grants.flatMap((one) => one.siteId ?? [])]}::int[])
    or ${site} in (select site_id from department where id = any(${departments}::int[])))`
}

type Wanted = { siteId: number | null; departmentIds: number[]; personId: number | null }

/**
 * The site of something that is registered: as named, of its departments, of the person, or the only one of the actor.
 * @throws {AppError} not-found (outside the reach, or departments of several sites), invalid (nothing says which)
 */
export async function siteFor(
  trx: Trx,
  actor: Actor,
  permission: Permission,
  { siteId, departmentIds, personId }: Wanted,
): Promise<number> {
  const departments = [...new Set(departmentIds)]
  const { rows } = await sql<{ site_id: number }>`
    select site_id from department where id = any(${departments}::int[])`.execute(trx)
  if (rows.length < departments.length) throw new AppError('not-found')
  const named = siteId ?? rows[0]?.site_id ?? null
  if (named !== null && rows.some((row) => row.site_id !== named)) throw new AppError('not-found')
  const wanted = named ?? (personId === null ? null : ((await placeOf(trx, personId, {}))?.siteId ?? null))
  const { rows: sites } = await sql<{ id: number }>`
    select s.id from site s where ${siteWithin(actor, permission, sql`s.id`)} and (${wanted}::int is null or s.id = ${wanted}) limit 2`.execute(
    trx,
  )
  if (wanted !== null) return found(sites[0]).id
  if (sites.length === 1 && sites[0]) return sites[0].id
  throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'is needed' }])
}
