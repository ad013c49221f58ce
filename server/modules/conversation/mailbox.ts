import { randomBytes } from 'node:crypto'
import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { Mailbox, mailboxBody } from '../../../contract/mailbox.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import type { Mailbox as Row } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { seal, unseal } from '../../platform/sealed.ts'
import { assertSite } from '../setting/setting.ts'

function within(actor: Actor, permission: 'channel.read' | 'channel.write'): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  return reach.all ? sql<SqlBool>`true` : sql<SqlBool>`b.site_id = any(${reach.siteIds}::int[])`
}

export async function listMailboxes(db: Db, actor: Actor): Promise<{ items: Mailbox[] }> {
  const writes = may(actor, 'channel.write') ? within(actor, 'channel.write') : sql<SqlBool>`false`
  const { rows } = await sql<Selectable<Row> & { site_name: string; writes: boolean }>`
    select b.*, s.name as site_name, ${writes} as writes from mailbox b join site s on s.id = b.site_id where ${within(actor, 'channel.read')}
    order by b.site_id, b.name limit 200`.execute(db)
  return {
    items: rows.map((row) => ({
      id: row.id,
      siteId: row.site_id,
      siteName: row.site_name,
      kind: row.kind,
      name: row.name,
      address: row.address,
      fax: row.fax,
      active: row.active,
      host: row.host,
      port: row.port,
      tls: row.tls,
      login: row.login,
      folder: row.folder,
      secretSet: row.secret !== null,
      readAt: row.read_at?.toISOString() ?? null,
      failedAt: row.failed_at?.toISOString() ?? null,
      error: row.error,
      path: row.kind === 'webhook' && row.writes ? `/api/v1/mailboxes/${row.id}/mail` : null,
      mayChange: row.writes,
      version: row.version,
    })),
  }
}

type Body = z.output<typeof mailboxBody>

const serverOf = (body: Body) =>
  body.kind === 'imap'
    ? { host: body.host, port: body.port, tls: body.tls, login: body.login, folder: body.folder }
    : { host: null, port: null, tls: null, login: null, folder: 'INBOX' }

async function assertMay(trx: Trx, actor: Actor, siteId: number): Promise<void> {
  const reach = authorize(actor, 'channel.write')
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  await assertSite(trx, siteId)
}

/** @returns the secret of a webhook, told this once */
export async function createMailbox(
  trx: Trx,
  actor: Actor,
  secret: string,
  body: Body,
): Promise<{ id: number; secret: string | null }> {
  await assertMay(trx, actor, body.siteId)
  const made =
    body.kind === 'webhook' && body.secret === undefined ? randomBytes(24).toString('base64url') : null
  const own = body.secret ?? made
  if (!own) throw new AppError('invalid', undefined, [{ path: 'secret', message: 'is needed' }])
  const { id } = await trx
    .insertInto('mailbox')
    .values({
      site_id: body.siteId,
      kind: body.kind,
      name: body.name,
      address: body.address,
      fax: body.fax,
      active: body.active,
      ...serverOf(body),
      secret: seal(secret, own),
      updated_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(trx, actor, { action: 'mailbox.create', subject: `mailbox:${id}` })
  wakeLoop('mailbox')
  return { id, secret: made }
}

/** @throws {AppError} not-found, changed-meanwhile, invalid when the server changes without its password */
export async function updateMailbox(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  body: Body & { version: number },
): Promise<void> {
  await assertMay(trx, actor, body.siteId)
  const { rows } = await sql<Selectable<Row>>`
    select b.* from mailbox b where b.id = ${id} and ${within(actor, 'channel.write')} for update`.execute(
    trx,
  )
  const row = found(rows[0])
  if (row.version !== body.version) throw new AppError('changed-meanwhile')
  if (row.kind !== body.kind)
    throw new AppError('invalid', undefined, [{ path: 'kind', message: 'stays as it is' }])
  const server = serverOf(body)
  // A password is told to the server for which it was entered, and to no other.
  const moved = server.host !== row.host || server.tls !== row.tls || server.port !== row.port
  if (moved && body.secret === undefined)
    throw new AppError('invalid', undefined, [{ path: 'secret', message: 'is needed for another server' }])
  const otherBox = moved || server.login !== row.login || server.folder !== row.folder
  await trx
    .updateTable('mailbox')
    .set({
      site_id: body.siteId,
      name: body.name,
      address: body.address,
      fax: body.fax,
      active: body.active,
      ...server,
      ...(body.secret !== undefined && { secret: seal(secret, body.secret) }),
      ...(otherBox && { uid_validity: null, last_uid: 0 }),
      failures: 0,
      failed_at: null,
      error: null,
      version: row.version + 1,
      updated_at: new Date().toISOString(),
      updated_by_name: actor.name,
    })
    .where('id', '=', id)
    .execute()
  await audit(trx, actor, { action: 'mailbox.update', subject: `mailbox:${id}` })
  wakeLoop('mailbox')
}

/** A mailbox to which a mail server hands mail over, with its secret; for a caller that proves it. @throws {AppError} not-found */
export async function calledMailbox(db: Db, secret: string, id: number) {
  const { rows } = await sql<
    Selectable<Row>
  >`select * from mailbox where id = ${id} and kind = 'webhook' and active`.execute(db)
  const row = found(rows[0])
  return {
    place: { id: row.id, siteId: row.site_id, address: row.address, fax: row.fax },
    secret: unseal(secret, row.secret ?? ''),
  }
}
