import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { ApiKeySummary, Role } from '../../../contract/access.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import type { DB } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { administers, answeredFor, endSessionsOfKeys } from './key-in-force.ts'
import { hashKey } from './resolve-actor.ts'
import { assertAuditsAll, assertMayGrant } from './user.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function makeKey(): string {
  let text = ''
  while (text.length < 40)
    for (const byte of randomBytes(64))
      // 248 = 4 × 62: larger bytes would bias the first letters.
      if (byte < 248 && text.length < 40) text += base62.charAt(byte % 62)
  return `cl_${text}`
}

function keysQuery(db: Kysely<DB>) {
  return db
    .selectFrom('api_key')
    .leftJoin('app_user as owner', 'owner.id', 'api_key.owner_id')
    .select([
      'api_key.id',
      'api_key.name',
      'api_key.role',
      'api_key.site_id',
      'api_key.prefix',
      'api_key.created_at',
      'api_key.expires_at',
      'api_key.last_used_at',
      'api_key.revoked_at',
      'api_key.owner_id',
      'owner.name as owner_name',
      sql<boolean>`not ${answeredFor('api_key')}`.as('owner_gone'),
    ])
}

type KeyRow = Awaited<ReturnType<ReturnType<typeof keysQuery>['execute']>>[number]

function viewKey(row: KeyRow): ApiKeySummary {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    siteId: row.site_id,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    ownerGone: row.owner_gone,
    prefix: row.prefix,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

async function getKey(trx: Trx, id: number): Promise<ApiKeySummary> {
  return viewKey(found(await keysQuery(trx).where('api_key.id', '=', id).executeTakeFirst()))
}

type NewKey = { name: string; role: Role; siteId: number | null; expiresAt: string | null }

/** Keys that make or hand over keys would outlive whoever answers for them. @throws {AppError} forbidden */
function assertNoKey(actor: Actor): void {
  if (actor.kind === 'key') throw new AppError('forbidden')
}

/** Only a hash is stored; the key is only in the response. @throws {AppError} forbidden, also for keys; invalid */
export async function createApiKeyAs(
  trx: Trx,
  actor: Actor,
  input: NewKey,
): Promise<ApiKeySummary & { key: string }> {
  authorize(actor, 'user.write')
  assertNoKey(actor)
  assertMayGrant(actor, [input])
  assertAuditsAll([input], 'siteId')
  const key = makeKey()
  try {
    const row = await trx
      .insertInto('api_key')
      .values({
        name: input.name,
        role: input.role,
        site_id: input.siteId,
        expires_at: input.expiresAt,
        prefix: key.slice(0, 9),
        hash: hashKey(key),
        created_by: actor.id,
        owner_id: actor.userId,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(trx, actor, {
      action: 'api-key.create',
      subject: `key:${row.id}`,
      fields: ['role', 'siteId'],
    })
    return { ...(await getKey(trx, row.id)), key }
  } catch (error) {
    if ((error as { code?: string }).code !== '23503') throw error
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'There is no such site.' }])
  }
}

/** Keys, of one's sites. */
export async function listApiKeysOf(db: Db, reach: Reach): Promise<ApiKeySummary[]> {
  const rows = await keysQuery(db)
    .$if(!reach.all, (query) => query.where(sql<boolean>`api_key.site_id = any(${reach.siteIds}::int[])`))
    .orderBy('api_key.id', 'desc')
    .limit(500)
    .execute()
  return rows.map(viewKey)
}

/**
 * Makes another administrator answer for a key.
 * @throws {AppError} forbidden, also for keys; not-found, invalid when that user is suspended or does not administer where the key reaches
 */
export async function handOverApiKeyAs(
  trx: Trx,
  actor: Actor,
  id: number,
  ownerId: string,
): Promise<ApiKeySummary> {
  authorize(actor, 'user.write')
  assertNoKey(actor)
  const key = await lockKey(trx, actor, id)
  const { rows } =
    await sql`select 1 where ${administers(sql`${ownerId}::text`, sql`${key.site_id}::int`)}`.execute(trx)
  if (rows.length === 0)
    throw new AppError('invalid', undefined, [
      { path: 'ownerId', message: 'is no active administrator of the sites that this key reaches' },
    ])
  await trx.updateTable('api_key').set({ owner_id: ownerId }).where('id', '=', id).execute()
  await audit(trx, actor, { action: 'api-key.hand-over', subject: `key:${id}`, fields: ['ownerId'] })
  return getKey(trx, id)
}

/** @throws {AppError} forbidden, not-found */
export async function revokeApiKeyAs(trx: Trx, actor: Actor, id: number): Promise<void> {
  authorize(actor, 'user.write')
  await lockKey(trx, actor, id)
  await trx
    .updateTable('api_key')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .execute()
  await endSessionsOfKeys(trx, [`key:${id}`])
  await notify(trx, 'session-ended', { userId: `key:${id}` })
  await audit(trx, actor, { action: 'api-key.revoke', subject: `key:${id}` })
}

async function lockKey(trx: Trx, actor: Actor, id: number): Promise<{ site_id: number | null }> {
  const key = found(
    await trx.selectFrom('api_key').select('site_id').where('id', '=', id).forUpdate().executeTakeFirst(),
  )
  assertMayGrant(actor, [{ siteId: key.site_id }])
  return key
}
