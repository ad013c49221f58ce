import { X509Certificate } from 'node:crypto'
import { sql } from 'kysely'
import type { ChannelState, OutboundChannel, OutboundChannelBody } from '../../../contract/outbound.ts'
import { MllpError } from '../hl7/mllp-client.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { assertMayWrite, readSettings } from '../setting/setting.ts'
import { channelsWithin } from '../intake/scope.ts'
import { openTarget, type Target } from './connect.ts'

type Row = {
  id: number
  name: string
  host: string
  port: number
  tls: boolean
  tls_ca: string | null
  receiving_application: string
  receiving_facility: string
  assigning_authority: string
  kinds: OutboundChannelBody['kinds']
  charset: OutboundChannelBody['charset']
  hl7_version: OutboundChannelBody['hl7Version']
  ack_timeout_seconds: number | null
  max_in_flight: number
  hold_on_reject: boolean
  active: boolean
  failures: number
  retry_at: Date | null
  last_error: string | null
  last_error_at: Date | null
  last_answer_at: Date | null
  last_answer_code: string | null
  version: number
  updated_at: Date
  updated_by: string
  waiting: number
  oldest: Date | null
  rejected: number
  today: number
}

/** All channels with their waiting messages; a state other than `up` and `off` is an alarm. */
export async function listChannels(db: Db, actor: Actor) {
  const reach = authorize(actor, 'intake.read')
  const settings = await readSettings(db, ['outbound.silent-minutes', 'outbound.ack-timeout-seconds'])
  const { rows } = await sql<Row>`
    select c.*, w.waiting, w.oldest,
      (select count(*) from outbound_message m where m.channel_id = c.id and m.status = 'rejected') as rejected,
      (select count(*) from outbound_message m where m.channel_id = c.id and m.status = 'acknowledged'
        and m.finished_at > date_trunc('day', now())) as today
    from outbound_channel c cross join lateral (
      select count(*) as waiting, min(m.created_at) as oldest from outbound_message m
      where m.channel_id = c.id and m.status in ('queued', 'sent', 'unknown')
    ) w where ${channelsWithin(reach)} order by c.name`.execute(db)
  const patience = settings['outbound.silent-minutes'] * 60_000
  return {
    items: rows.map((row) => view(row, patience)),
    defaultAckTimeoutSeconds: settings['outbound.ack-timeout-seconds'],
  }
}

function stateOf(row: Row, patienceMs: number): ChannelState {
  if (!row.active) return 'off'
  if (row.hold_on_reject && row.rejected > 0) return 'held'
  if (row.waiting > 0 && row.failures > 0) return 'down'
  return row.oldest && row.oldest.getTime() < Date.now() - patienceMs ? 'silent' : 'up'
}

function view(row: Row, patienceMs: number): OutboundChannel {
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: row.id,
    name: row.name,
    host: row.host,
    port: row.port,
    tls: row.tls,
    tlsCa: row.tls_ca,
    receivingApplication: row.receiving_application,
    receivingFacility: row.receiving_facility,
    assigningAuthority: row.assigning_authority,
    kinds: row.kinds,
    charset: row.charset,
    hl7Version: row.hl7_version,
    ackTimeoutSeconds: row.ack_timeout_seconds,
    maxInFlight: row.max_in_flight,
    holdOnReject: row.hold_on_reject,
    active: row.active,
    state: stateOf(row, patienceMs),
    waiting: row.waiting,
    oldestWaitingAt: time(row.oldest),
    rejected: row.rejected,
    today: row.today,
    failures: row.failures,
    retryAt: time(row.retry_at),
    lastError: row.last_error,
    lastErrorAt: time(row.last_error_at),
    lastAnswerAt: time(row.last_answer_at),
    lastAnswerCode: row.last_answer_code,
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  }
}

function columns(input: OutboundChannelBody, actor: Actor) {
  return {
    name: input.name,
    host: input.host,
    port: input.port,
    tls: input.tls,
    tls_ca: input.tls && input.tlsCa ? checkedAuthority(input.tlsCa) : null,
    receiving_application: input.receivingApplication,
    receiving_facility: input.receivingFacility,
    assigning_authority: input.assigningAuthority,
    kinds: input.kinds as string[],
    charset: input.charset,
    hl7_version: input.hl7Version,
    ack_timeout_seconds: input.ackTimeoutSeconds,
    max_in_flight: input.maxInFlight,
    hold_on_reject: input.holdOnReject,
    active: input.active,
    updated_by: actor.name,
  }
}

function checkedAuthority(pem: string): string {
  try {
    new X509Certificate(pem)
    return pem
  } catch {
    throw new AppError('invalid', undefined, [
      { path: 'tlsCa', message: 'is not a certificate (expected PEM, beginning with BEGIN CERTIFICATE)' },
    ])
  }
}

/** @throws {AppError} forbidden, invalid, already-exists when another channel has that name */
export async function createChannel(
  trx: Trx,
  actor: Actor,
  input: OutboundChannelBody,
): Promise<{ id: number }> {
  assertMayWrite(actor, null)
  const { id } = await trx
    .insertInto('outbound_channel')
    .values(columns(input, actor))
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch(nameTaken)
  await audit(trx, actor, { action: 'outbound.channel', subject: subjectOf(id, input), fields: ['created'] })
  return { id }
}

/**
 * Changes a channel. Queued messages keep their bytes; only target and transport change.
 * @throws {AppError} forbidden, invalid, not-found, changed-meanwhile, already-exists
 */
export async function updateChannel(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...input }: OutboundChannelBody & { version: number },
): Promise<{ id: number }> {
  assertMayWrite(actor, null)
  const before = found(
    await trx.selectFrom('outbound_channel').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
  )
  if (before.version !== version) throw new AppError('changed-meanwhile')
  const after = columns(input, actor)
  await trx
    .updateTable('outbound_channel')
    .set({
      ...after,
      version: version + 1,
      updated_at: sql`now()`,
      // The change may fix the failure, so the backoff ends.
      failures: 0,
      retry_at: null,
    })
    .where('id', '=', id)
    .execute()
    .catch(nameTaken)
  const changed = Object.entries(after)
    .filter(
      ([name, value]) =>
        name !== 'updated_by' && JSON.stringify(before[name as keyof typeof after]) !== JSON.stringify(value),
    )
    .map(([name]) => name)
  await audit(trx, actor, { action: 'outbound.channel', subject: subjectOf(id, input), fields: changed })
  wakeLoop('outbound')
  return { id }
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error))
    throw new AppError('already-exists', 'Another channel has this name.', [
      { path: 'name', message: 'is taken' },
    ])
  throw error
}

function subjectOf(id: number, { host, port }: { host: string; port: number }): string {
  return `channel:${id} ${host}:${port}`.slice(0, 500)
}

/** @throws {AppError} forbidden, not-found */
export async function retryChannel(trx: Trx, actor: Actor, id: number): Promise<undefined> {
  const reach = authorize(actor, 'intake.replay')
  found(
    await trx
      .updateTable('outbound_channel as c')
      .set({ retry_at: null })
      .where('id', '=', id)
      .where(channelsWithin(reach))
      .returning('id')
      .executeTakeFirst(),
  )
  await audit(trx, actor, { action: 'outbound.retry', subject: `channel:${id}` })
  wakeLoop('outbound')
}

const testTimeoutMs = 5000

/** Opens a connection like the sender and closes it; audited beforehand. Runs outside of any transaction. */
export async function testChannel(db: Db, actor: Actor, target: Target) {
  assertMayWrite(actor, null)
  if (target.tls && target.tlsCa) checkedAuthority(target.tlsCa)
  await audit(db, actor, { action: 'outbound.test', subject: `${target.host}:${target.port}`.slice(0, 500) })
  const began = performance.now()
  const result = (problem: string | null) => ({
    open: problem === null,
    milliseconds: Math.round(performance.now() - began),
    problem,
  })
  try {
    const client = await openTarget(db, target, testTimeoutMs)
    client.close()
    return result(null)
  } catch (error) {
    if (error instanceof MllpError) return result(error.message)
    throw error
  }
}
