import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { ApiKeySummary, Role } from '../../../contract/access.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { hashKey } from './resolve-actor.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function makeKey(): string {
  let text = ''
  while (text.length < 40)
    for (const byte of randomBytes(64))
      // 248 = 4 × 62: larger bytes would bias the first letters.
      if (byte < 248 && text.length < 40) text += base62.charAt(byte % 62)
  return `cl_${text}`
}

const columns = [
  'id',
  'name',
  'role',
  'site_id',
  'prefix',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
] as const

type KeyRow = {
  id: number
  name: string
  role: string
  site_id: number | null
  prefix: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
}

function viewKey(row: KeyRow): ApiKeySummary {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    siteId: row.site_id,
    prefix: row.prefix,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

type NewKey = { name: string; role: Role; siteId: number | null; expiresAt: string | null }

/** Only a hash is stored; the key is only in the response. */
export async function createApiKeyAs(
  trx: Trx,
  actor: Actor,
  input: NewKey,
): Promise<ApiKeySummary & { key: string }> {
  authorize(actor, 'user.write')
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
      })
      .returning(columns)
      .executeTakeFirstOrThrow()
    await audit(trx, actor, {
      action: 'api-key.create',
      subject: `key:${row.id}`,
      fields: ['role', 'siteId'],
    })
    return { ...viewKey(row), key }
  } catch (error) {
    if ((error as { code?: string }).code !== '23503') throw error
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'There is no such site.' }])
  }
}

export async function listApiKeysOf(db: Db): Promise<ApiKeySummary[]> {
  const rows = await db.selectFrom('api_key').select(columns).orderBy('id', 'desc').limit(500).execute()
  return rows.map(viewKey)
}

export async function revokeApiKeyAs(trx: Trx, actor: Actor, id: number): Promise<void> {
  authorize(actor, 'user.write')
  found(
    await trx
      .updateTable('api_key')
      .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst(),
  )
  // Workstation sessions of the key end with it; its unopened links are closed (`launch/open.ts`).
  await sql`delete from app_session where launch_id in (select l.id from launch l where l.created_by = ${`key:${id}`})`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'api-key.revoke', subject: `key:${id}` })
}
