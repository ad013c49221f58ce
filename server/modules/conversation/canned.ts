import { type SqlBool, type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type {
  CannedReply,
  createCannedReply as createRoute,
  updateCannedReply as updateRoute,
} from '../../../contract/canned-reply.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'

/** One's own, and those of one's sites or of all of them. */
function visible(actor: Actor, permission: 'conversation.read' | 'conversation.write'): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  const ofSite =
    permission === 'conversation.read'
      ? reach.all
        ? sql<SqlBool>`true`
        : sql<SqlBool>`(r.site_id is null or r.site_id = any(${reach.siteIds}::int[])
            or r.site_id in (select site_id from department where id = any(${reach.departmentIds}::int[])))`
      : reach.all
        ? sql<SqlBool>`true`
        : sql<SqlBool>`r.site_id = any(${reach.siteIds}::int[])`
  return sql<SqlBool>`(coalesce(r.owner_id = ${actor.userId}, false) or (r.owner_id is null and ${ofSite}))`
}

type Row = Omit<CannedReply, 'updatedAt'> & { updated_at: Date }

export async function listCannedReplies(db: Db, actor: Actor): Promise<{ items: CannedReply[] }> {
  const writes = may(actor, 'conversation.write') ? visible(actor, 'conversation.write') : sql<SqlBool>`false`
  const { rows } = await sql<Row>`
    select r.id, r.site_id as "siteId", r.owner_id is not null as own, r.shortcut, r.title, r.body, r.version, r.updated_at, r.updated_by_name as "updatedByName",
      ${writes} as "mayChange"
    from canned_reply r where r.retired_at is null and ${visible(actor, 'conversation.read')} order by r.owner_id is null, r.shortcut limit 500`.execute(
    db,
  )
  return { items: rows.map(({ updated_at, ...row }) => ({ ...row, updatedAt: updated_at.toISOString() })) }
}

/** @throws {AppError} not-found for a site out of reach, already-exists for a shortcut that is taken */
export async function createCannedReply(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof createRoute.body>,
): Promise<{ id: number }> {
  const reach = authorize(actor, 'conversation.write')
  const { own, siteId } = input
  if (own && actor.userId === null) throw new AppError('forbidden')
  if (!own && !reach.all && (siteId === null || !reach.siteIds.includes(siteId)))
    throw new AppError('not-found')
  const { rows } = await sql<{ id: number }>`
    insert into canned_reply (site_id, owner_id, shortcut, title, body, updated_by_name)
    values (${own ? null : siteId}, ${own ? actor.userId : null}, ${input.shortcut}, ${input.title}, ${input.body}, ${actor.name}) returning id`
    .execute(trx)
    .catch(taken)
  const { id } = found(rows[0])
  await keepVersion(trx, actor, id)
  await audit(trx, actor, { action: 'canned-reply.create', subject: `canned-reply:${id}` })
  return { id }
}

function taken(error: unknown): never {
  throw isUniqueViolation(error, 'canned_reply_shortcut')
    ? new AppError('already-exists', undefined, [{ path: 'shortcut', message: 'is in use already' }])
    : error
}

async function keepVersion(trx: Trx, actor: Actor, id: number): Promise<void> {
  await sql`
    insert into canned_reply_version (canned_reply_id, version, title, body, by_name)
    select id, version, title, body, ${actor.name} from canned_reply where id = ${id}`.execute(trx)
}

/** @throws {AppError} not-found, changed-meanwhile, already-exists */
export async function updateCannedReply(
  trx: Trx,
  actor: Actor,
  id: number,
  { shortcut, title, body, version }: z.output<typeof updateRoute.body>,
): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select r.version from canned_reply r where r.id = ${id} and r.retired_at is null and ${visible(actor, 'conversation.write')} for update`.execute(
    trx,
  )
  if (found(rows[0]).version !== version) throw new AppError('changed-meanwhile')
  await sql`
    update canned_reply set shortcut = ${shortcut}, title = ${title}, body = ${body}, version = version + 1, updated_at = now(), updated_by_name = ${actor.name}
    where id = ${id}`
    .execute(trx)
    .catch(taken)
  await keepVersion(trx, actor, id)
  await audit(trx, actor, { action: 'canned-reply.update', subject: `canned-reply:${id}` })
}

/** @throws {AppError} not-found */
export async function retireCannedReply(trx: Trx, actor: Actor, id: number): Promise<void> {
  const { rows } = await sql`
    update canned_reply r set retired_at = now(), updated_by_name = ${actor.name}
    where r.id = ${id} and r.retired_at is null and ${visible(actor, 'conversation.write')} returning 1`.execute(
    trx,
  )
  found(rows[0])
  await audit(trx, actor, { action: 'canned-reply.retire', subject: `canned-reply:${id}` })
}

export async function listCannedVersions(db: Db, actor: Actor, id: number) {
  const { rows } = await sql<{ version: number; title: string; body: string; at: Date; byName: string }>`
    select v.version, v.title, v.body, v.at, v.by_name as "byName" from canned_reply_version v join canned_reply r on r.id = v.canned_reply_id
    where r.id = ${id} and ${visible(actor, 'conversation.read')} order by v.version desc limit 100`.execute(
    db,
  )
  found(rows[0])
  return { items: rows.map((row) => ({ ...row, at: row.at.toISOString() })) }
}
