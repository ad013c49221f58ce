import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/** Condition over a row of `api_key`: neither revoked nor expired, and whoever answers for it is not suspended. */
export function keyInForce(row: 'api_key' | 'k'): RawBuilder<SqlBool> {
  const key = sql.table(row)
  return sql`(${key}.revoked_at is null and (${key}.expires_at is null or ${key}.expires_at > now())
    and not exists (select 1 from app_user owner where owner.id = ${key}.owner_id and owner.suspended))`
}

/** Ends the workstation sessions that a key opened; its unopened links are closed (`launch/open.ts`). */
export async function endSessionsOfKeys(trx: Trx, actorIds: string[]): Promise<void> {
  await sql`delete from app_session where launch_id in
    (select id from launch where created_by = any(${actorIds}))`.execute(trx)
}

/** After an owner was suspended. @returns actor ids of the keys that stop with it */
export async function endKeysOf(trx: Trx, ownerId: string): Promise<string[]> {
  const keys = await trx
    .selectFrom('api_key')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('revoked_at', 'is', null)
    .execute()
  const actorIds = keys.map(({ id }) => `key:${id}`)
  await endSessionsOfKeys(trx, actorIds)
  return actorIds
}
