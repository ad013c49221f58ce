import { type Selectable, sql } from 'kysely'
import {
  type Account,
  type AccountBody,
  type AccountKind,
  accountSecrets,
  type AccountState,
} from '../../../contract/channel.ts'
import type { MessageChannel } from '../../../contract/message.ts'
import { changeSecrets, partSecrets, type SealedSecrets } from '../../platform/account-secrets.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import type { MessageAccount } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { unseal } from '../../platform/sealed.ts'
import { assertSite } from '../setting/setting.ts'
import { organisationZone } from '../setting/time-zone.ts'
import type { AccountInForce } from './channel.ts'
import { receiptsPathOf } from './receipt-key.ts'

type Row = Selectable<MessageAccount>

const channelOf: Record<Exclude<AccountKind, 'webhook'>, MessageChannel> = {
  smtp: 'email',
  smpp: 'sms',
  aliyun: 'sms',
  tencent: 'sms',
  wechat: 'wechat',
  letter: 'letter',
  portal: 'portal',
  call: 'phone',
}

/** Of whom a secret is told: when one of these changes it is entered again, whoever changes it. */
const toldTo = ['host', 'tls', 'endpoint'] as const

/** A message that has been due for longer is a sign that something is wrong with its account. */
const slowMinutes = 30

type Counted = Row & {
  waiting: number
  oldest: Date | null
  sent: number
  delivered: number
  failed: number
  unknown: number
  cost: number
}

/** The accounts of the actor's sites and those of all sites; what these carried is shown to those who reach every site. */
export async function listAccounts(db: Db, actor: Actor, secret: string): Promise<{ items: Account[] }> {
  const reach = authorize(actor, 'channel.read')
  const counted = sql`(${reach.all} or a.site_id is not null)`
  const { rows } = await sql<Counted>`
    select a.*, w.waiting, w.oldest, coalesce(c.sent, 0) as sent, coalesce(c.delivered, 0) as delivered, coalesce(c.failed, 0) as failed,
      coalesce(c.unknown, 0) as unknown, coalesce(c.cost, 0)::float8 as cost
    from message_account a
    left join (
      select account_id, count(*) filter (where status = 'sent')::int as sent, count(*) filter (where delivery in ('delivered', 'read'))::int as delivered,
        count(*) filter (where status = 'failed' or delivery = 'undelivered')::int as failed,
        count(*) filter (where status = 'unknown')::int as unknown, sum(cost) as cost
      from message where finished_at >= date_trunc('day', now() at time zone ${organisationZone}) at time zone ${organisationZone} group by account_id
    ) c on c.account_id = a.id and ${counted}
    cross join lateral (select count(*)::int as waiting, min(due_at) as oldest from message m
      where m.account_id = a.id and m.status = 'queued' and not m.paused and m.due_at <= now() and ${counted}) w
    where ${reach.all} or a.site_id is null or a.site_id = any(${reach.siteIds}::int[])
    order by a.channel, a.name`.execute(db)
  return { items: rows.map((row) => view(row, mayChange(actor, row.site_id), secret)) }
}

function mayChange(actor: Actor, siteId: number | null): boolean {
  const reach = may(actor, 'channel.write') ? authorize(actor, 'channel.write') : undefined
  return reach !== undefined && reaches(reach, siteId)
}

const reaches = (reach: Reach, siteId: number | null) =>
  reach.all || (siteId !== null && reach.siteIds.includes(siteId))

function stateOf(row: Counted): AccountState {
  if (!row.active) return 'off'
  if (row.failures > 0) return 'down'
  return row.oldest && row.oldest.getTime() < Date.now() - slowMinutes * 60_000 ? 'slow' : 'up'
}

function view(row: Counted, writable: boolean, secret: string): Account {
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    channel: row.channel,
    siteId: row.site_id,
    active: row.active,
    costPerPart: row.cost_per_part,
    ratePerSecond: row.rate_per_second,
    config: row.config as Record<string, unknown>,
    secretsSet: Object.keys(row.secrets as object).filter((name) => !name.startsWith('former-')),
    state: stateOf(row),
    waiting: row.waiting,
    oldestWaitingAt: time(row.oldest),
    sentToday: row.sent,
    deliveredToday: row.delivered,
    failedToday: row.failed,
    unknownToday: row.unknown,
    costToday: row.cost,
    lastSuccessAt: time(row.last_success_at),
    lastError: row.last_error,
    lastErrorAt: time(row.last_error_at),
    retryAt: time(row.retry_at),
    receiptsPath: writable ? receiptsPathOf(row.id, row.kind, secret) : null,
    mayChange: writable,
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  }
}

/** @throws {AppError} forbidden, not-found */
async function assertMayChange(db: Db, actor: Actor, siteId: number | null): Promise<void> {
  if (!reaches(authorize(actor, 'channel.write'), siteId)) throw new AppError('forbidden')
  await assertSite(db, siteId)
}

/** The columns of a form, and its secrets apart. */
function columnsOf(input: AccountBody, actor: Actor) {
  const { kind, name, siteId, active, costPerPart, ratePerSecond, ...rest } = input
  const { config, secrets } = partSecrets(rest, accountSecrets[kind])
  const channel = input.kind === 'webhook' ? input.channel : channelOf[input.kind]
  const columns = {
    kind,
    channel,
    name,
    site_id: siteId,
    active,
    cost_per_part: costPerPart,
    rate_per_second: ratePerSecond,
    config: JSON.stringify(config),
    updated_by: actor.name,
  }
  return { columns, config, secrets }
}

/** @throws {AppError} forbidden, not-found, invalid, already-exists when another account has that name */
export async function createAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  input: AccountBody,
): Promise<{ id: number }> {
  await assertMayChange(trx, actor, input.siteId)
  const { columns, secrets } = columnsOf(input, actor)
  const none = { known: {}, given: secrets, elsewhere: false }
  const sealed = changeSecrets(secret, accountSecrets[columns.kind], none)
  const { id } = await trx
    .insertInto('message_account')
    .values({ ...columns, secrets: JSON.stringify(sealed) })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch(nameTaken)
  await audit(trx, actor, { action: 'channel.change', subject: subjectOf(id, input), fields: ['created'] })
  wakeLoop('message')
  return { id }
}

/**
 * Changes an account; what waits goes out by the new one. A secret that would be told to somebody else has to be entered again.
 * @throws {AppError} forbidden, not-found, invalid, changed-meanwhile, already-exists
 */
export async function updateAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  { version, ...input }: AccountBody & { version: number },
): Promise<{ id: number }> {
  const before = await lockAccount(trx, actor, id)
  await assertMayChange(trx, actor, input.siteId)
  if (before.version !== version) throw new AppError('changed-meanwhile')
  const { columns, config, secrets } = columnsOf(input, actor)
  if (before.kind !== columns.kind || before.channel !== columns.channel)
    throw new AppError('invalid', undefined, [
      { path: 'kind', message: 'stays as it is: add another account' },
    ])
  const was = before.config as Record<string, unknown>
  const changed = changeSecrets(secret, accountSecrets[columns.kind], {
    known: before.secrets as SealedSecrets,
    given: secrets,
    elsewhere: toldTo.some((name) => was[name] !== config[name]),
  })
  await trx
    .updateTable('message_account')
    .set({
      ...columns,
      secrets: JSON.stringify(changed),
      version: version + 1,
      updated_at: sql`now()`,
      failures: 0,
      retry_at: null,
    })
    .where('id', '=', id)
    .execute()
    .catch(nameTaken)
  if (!columns.active || before.site_id !== columns.site_id) await release(trx, id)
  const fields = [
    ...Object.keys(config).filter((name) => JSON.stringify(config[name]) !== JSON.stringify(was[name])),
    ...Object.keys(secrets),
  ]
  await audit(trx, actor, {
    action: 'channel.change',
    subject: subjectOf(id, input),
    fields: fields.slice(0, 40),
  })
  wakeLoop('message')
  return { id }
}

/** @throws {AppError} forbidden, not-found */
export async function switchAccount(
  trx: Trx,
  actor: Actor,
  id: number,
  active: boolean,
): Promise<{ active: boolean }> {
  const before = await lockAccount(trx, actor, id)
  if (before.active !== active) {
    await sql`update message_account set active = ${active}, version = version + 1, updated_at = now(), updated_by = ${actor.name}, failures = 0,
      retry_at = null where id = ${id}`.execute(trx)
    if (!active) await release(trx, id)
    await audit(trx, actor, {
      action: 'channel.switch',
      subject: `channel:${id} ${before.name}`.slice(0, 500),
      fields: ['status'],
    })
    wakeLoop('message')
  }
  return { active }
}

/** An account of another site is not there for the actor; one of all sites is, and may not be changed by who administers one. */
async function lockAccount(trx: Trx, actor: Actor, id: number): Promise<Row> {
  const reach = authorize(actor, 'channel.write')
  const row = found(
    await trx
      .selectFrom('message_account')
      .selectAll()
      .where('id', '=', id)
      .where(sql<boolean>`(${reach.all} or site_id is null or site_id = any(${reach.siteIds}::int[]))`)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (!reaches(reach, row.site_id)) throw new AppError('forbidden')
  return row
}

/** What waits at an account looks for another one (routing.ts). */
async function release(trx: Trx, id: number): Promise<void> {
  await sql`update message set account_id = null where account_id = ${id} and status = 'queued'`.execute(trx)
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error))
    throw new AppError('already-exists', 'Another account has this name.', [
      { path: 'name', message: 'is taken' },
    ])
  throw error
}

function subjectOf(id: number, { kind, name }: { kind: string; name: string }): string {
  return `channel:${id} ${kind} ${name}`.slice(0, 500)
}

function inForce(row: Row, secret: string): AccountInForce {
  const secrets = Object.entries(row.secrets as Record<string, string>).map(([name, sealed]) => [
    name,
    unseal(secret, sealed),
  ])
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    channel: row.channel,
    siteId: row.site_id,
    config: { ...(row.config as object), ...(Object.fromEntries(secrets) as object) },
    costPerPart: row.cost_per_part,
    ratePerSecond: row.rate_per_second,
    version: row.version,
  }
}

/** All accounts that are switched on, with their secrets opened; for the sender only. */
export async function accountsInForce(db: Db, secret: string): Promise<AccountInForce[]> {
  const rows = await db
    .selectFrom('message_account')
    .selectAll()
    .where('active', '=', true)
    .orderBy('id')
    .execute()
  return rows.map((row) => inForce(row, secret))
}

/** One account, switched on or not, with its secrets opened. @throws {AppError} not-found */
export async function accountOf(db: Db, secret: string, id: number): Promise<AccountInForce> {
  return inForce(
    found(await db.selectFrom('message_account').selectAll().where('id', '=', id).executeTakeFirst()),
    secret,
  )
}

/** The account for a test by somebody who may change it. @throws {AppError} forbidden, not-found */
export async function accountToTest(db: Db, actor: Actor, secret: string, id: number) {
  const reach = authorize(actor, 'channel.write')
  const account = await accountOf(db, secret, id)
  if (!reach.all && account.siteId !== null && !reach.siteIds.includes(account.siteId))
    throw new AppError('not-found')
  if (!reaches(reach, account.siteId)) throw new AppError('forbidden')
  return account
}
