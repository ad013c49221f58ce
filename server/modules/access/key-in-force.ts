import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/** Condition over a row of `api_key`: neither revoked nor expired, and somebody answers for it. */
export function keyInForce(row: 'api_key' | 'k'): RawBuilder<SqlBool> {
  const key = sql.table(row)
  return sql`(${key}.revoked_at is null and (${key}.expires_at is null or ${key}.expires_at > now()) and ${answeredFor(row)})`
}

/**
 * Condition over a row of `api_key`: its owner is an active administrator of where it reaches. Keys of the command line belong to nobody.
 */
export function answeredFor(row: 'api_key' | 'k'): RawBuilder<SqlBool> {
  const key = sql.table(row)
  return sql`(${key}.owner_id is null or ${administers(sql`${key}.owner_id`, sql`${key}.site_id`)})`
}

/** Whether a user is an active administrator of a site, or, where it is null, of all. */
export function administers(userId: RawBuilder<unknown>, siteId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql`exists (
    select 1 from app_user u join role_grant g on g.user_id = u.id
    where u.id = ${userId} and not u.suspended and g.role = 'administrator' and (g.site_id is null or g.site_id = ${siteId}))`
}

/** Ends the workstation sessions that a key opened; its unopened links are closed (`launch/open.ts`). */
export async function endSessionsOfKeys(trx: Trx, actorIds: string[]): Promise<void> {
  await sql`delete from app_session where launch_id in
    (select id from launch where created_by = any(${actorIds}))`.execute(trx)
}

/** After an owner was suspended or has other roles. @returns actor ids of the keys that stopped with it */
export async function endKeysOf(trx: Trx, ownerId: string): Promise<string[]> {
  const keys = await trx
    .selectFrom('api_key')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`not ${keyInForce('api_key')}`)
    .execute()
  const actorIds = keys.map(({ id }) => `key:${id}`)
  await endSessionsOfKeys(trx, actorIds)
  return actorIds
}
