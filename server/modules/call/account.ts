import { type Selectable, sql } from 'kysely'
import { type TelephonyAccount, type TelephonyBody, telephonySecrets } from '../../../contract/telephony.ts'
import { changeSecrets, partSecrets, type SealedSecrets } from '../../platform/account-secrets.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import type { TelephonyAccount as Table } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { unseal } from '../../platform/sealed.ts'
import { assertSite } from '../setting/setting.ts'
import { telephonyLoop } from './order.ts'

type Row = Selectable<Table>

/** A telephone system with its secrets opened. */
export type TelephonyInForce = {
  id: number
  kind: Row['kind']
  name: string
  siteId: number
  /** Its kind's contract, secrets included; `former-…`: the secret before. */
  config: Readonly<Record<string, unknown>>
  version: number
  recordsRead: number
}

/** Of whom a secret is told: when one of these changes it is entered again, whoever changes it. */
const toldTo = ['host', 'tls', 'ariUrl', 'commandsUrl'] as const

const reaches = (reach: Reach, siteId: number) => reach.all || reach.siteIds.includes(siteId)

/** The telephone systems of the actor's sites. */
export async function listTelephonyAccounts(db: Db, actor: Actor): Promise<{ items: TelephonyAccount[] }> {
  const reach = authorize(actor, 'channel.read')
  const { rows } = await sql<Row & { site_name: string }>`
    select a.*, s.name as site_name from telephony_account a join site s on s.id = a.site_id
    where ${reach.all} or a.site_id = any(${reach.siteIds}::int[]) order by a.name`.execute(db)
  const writes = may(actor, 'channel.write') ? authorize(actor, 'channel.write') : undefined
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    items: rows.map((row) => {
      const mayChange = writes !== undefined && reaches(writes, row.site_id)
      return {
        id: row.id,
        kind: row.kind,
        name: row.name,
        siteId: row.site_id,
        siteName: row.site_name,
        active: row.active,
        config: row.config as Record<string, unknown>,
        secretsSet: Object.keys(row.secrets as object).filter((name) => !name.startsWith('former-')),
        connectedAt: time(row.connected_at),
        lastEventAt: time(row.last_event_at),
        lastError: row.last_error,
        lastErrorAt: time(row.last_error_at),
        eventsPath: row.kind === 'webhook' && mayChange ? `/api/v1/telephony/events?account=${row.id}` : null,
        mayChange,
        version: row.version,
      }
    }),
  }
}

/** The columns of a form, and its secrets apart. */
function columnsOf({ kind, name, siteId, active, ...rest }: TelephonyBody, actor: Actor) {
  const { config, secrets } = partSecrets(rest, telephonySecrets[kind])
  const columns = {
    kind,
    name,
    site_id: siteId,
    active,
    config: JSON.stringify(config),
    updated_by: actor.name,
  }
  return { columns, config, secrets }
}

async function assertMayChange(db: Db, actor: Actor, siteId: number): Promise<void> {
  if (!reaches(authorize(actor, 'channel.write'), siteId)) throw new AppError('forbidden')
  await assertSite(db, siteId)
}

/** @throws {AppError} forbidden, not-found, already-exists when another has that name */
export async function createTelephonyAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  input: TelephonyBody,
): Promise<{ id: number }> {
  await assertMayChange(trx, actor, input.siteId)
  const { columns, secrets } = columnsOf(input, actor)
  const none = { known: {}, given: secrets, elsewhere: false }
  const sealed = changeSecrets(secret, telephonySecrets[columns.kind], none)
  const { id } = await trx
    .insertInto('telephony_account')
    .values({ ...columns, secrets: JSON.stringify(sealed) })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch(nameTaken)
  await audit(trx, actor, {
    action: 'telephony.change',
    subject: `telephony:${id} ${input.name}`,
    fields: ['created'],
  })
  wakeLoop(telephonyLoop)
  return { id }
}

/**
 * A secret that would be told to somebody else has to be entered again.
 * @throws {AppError} forbidden, not-found, invalid, changed-meanwhile, already-exists
 */
export async function updateTelephonyAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  { version, ...input }: TelephonyBody & { version: number },
): Promise<{ id: number }> {
  const reach = authorize(actor, 'channel.write')
  const before = found(
    await trx
      .selectFrom('telephony_account')
      .selectAll()
      .where('id', '=', id)
      .where(sql<boolean>`(${reach.all} or site_id = any(${reach.siteIds}::int[]))`)
      .forUpdate()
      .executeTakeFirst(),
  )
  await assertMayChange(trx, actor, input.siteId)
  if (before.version !== version) throw new AppError('changed-meanwhile')
  if (before.kind !== input.kind)
    throw new AppError('invalid', undefined, [
      { path: 'kind', message: 'stays as it is: add another account' },
    ])
  const { columns, config, secrets } = columnsOf(input, actor)
  const was = before.config as Record<string, unknown>
  const changed = changeSecrets(secret, telephonySecrets[columns.kind], {
    known: before.secrets as SealedSecrets,
    given: secrets,
    elsewhere: toldTo.some((name) => was[name] !== config[name]),
  })
  await trx
    .updateTable('telephony_account')
    .set({
      ...columns,
      secrets: JSON.stringify(changed),
      version: version + 1,
      updated_at: sql<Date>`now()`,
      ...(was['recordsUrl'] !== config['recordsUrl'] && { records_read: 0 }),
    })
    .where('id', '=', id)
    .execute()
    .catch(nameTaken)
  // Nobody's secret is told to another place than it was entered for.
  if ((was['browserUrl'] ?? '') !== config['browserUrl'])
    await trx.deleteFrom('browser_line').where('account_id', '=', id).execute()
  const fields = [
    ...Object.keys(config).filter((name) => JSON.stringify(config[name]) !== JSON.stringify(was[name])),
    ...Object.keys(secrets),
  ]
  await audit(trx, actor, {
    action: 'telephony.change',
    subject: `telephony:${id} ${input.name}`,
    fields: fields.slice(0, 40),
  })
  wakeLoop(telephonyLoop)
  return { id }
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error))
    throw new AppError('already-exists', 'Another account has this name.', [
      { path: 'name', message: 'is taken' },
    ])
  throw error
}

function inForce(row: Row, secret: string): TelephonyInForce {
  const secrets = Object.entries(row.secrets as Record<string, string>).map(([name, sealed]) => [
    name,
    unseal(secret, sealed),
  ])
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    siteId: row.site_id,
    config: { ...(row.config as object), ...(Object.fromEntries(secrets) as object) },
    version: row.version,
    recordsRead: row.records_read,
  }
}

/** The telephone systems that are switched on, with their secrets opened; for adapters only. */
export async function telephonyInForce(db: Db, secret: string): Promise<TelephonyInForce[]> {
  const rows = await db
    .selectFrom('telephony_account')
    .selectAll()
    .where('active', '=', true)
    .orderBy('id')
    .execute()
  return rows.map((row) => inForce(row, secret))
}

/** One of them. @throws {AppError} not-found */
export async function telephonyAccount(db: Db, secret: string, id: number): Promise<TelephonyInForce> {
  return inForce(
    found(
      await db
        .selectFrom('telephony_account')
        .selectAll()
        .where('id', '=', id)
        .where('active', '=', true)
        .executeTakeFirst(),
    ),
    secret,
  )
}

/** What the adapter knows of its connection. */
export async function noteConnection(
  db: Db,
  id: number,
  state: { connected: boolean } | { error: string } | { event: true },
): Promise<void> {
  if ('event' in state)
    await sql`update telephony_account set last_event_at = now() where id = ${id}`.execute(db)
  else if ('error' in state)
    await sql`update telephony_account set connected_at = null, last_error = ${state.error.slice(0, 500)}, last_error_at = now() where id = ${id}`.execute(
      db,
    )
  else
    await sql`update telephony_account set connected_at = ${state.connected ? sql`now()` : sql`null`} where id = ${id}`.execute(
      db,
    )
}

/** How far the file of call records was read. */
export async function noteRecordsRead(db: Db, id: number, bytes: number): Promise<void> {
  await sql`update telephony_account set records_read = ${bytes} where id = ${id}`.execute(db)
}

/** A telephone system that is found at another place, such as the simulated one at each start of the demo. @returns whether there is one */
export async function moveTelephony(db: Db, name: string, places: Record<string, unknown>): Promise<boolean> {
  const { rows } = await sql`
    update telephony_account set config = config || ${JSON.stringify(places)}::jsonb, records_read = 0, version = version + 1
    where name = ${name} returning 1`.execute(db)
  return rows.length > 0
}
