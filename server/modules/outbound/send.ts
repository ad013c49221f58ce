import { sql } from 'kysely'
import pg from 'pg'
import { type MllpClient, MllpError } from '../hl7/mllp-client.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { notify } from '../../platform/live.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { readSettings } from '../setting/setting.ts'
import { openTarget, type Target } from './connect.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { personOfRecord } from '../event/record.ts'

const sender = systemActor('system:outbound', '接口消息发送')
const connectTimeoutMs = 10_000
/** Time for outstanding answers at shutdown. */
const graceMs = 3000

type Channel = Target & {
  id: number
  lanes: number
  ackTimeoutMs: number
  firstSeconds: number
  longestSeconds: number
}
type Claimed = { id: number; person_id: number; control_id: string; raw: Buffer; attempts: number }

/** Channels with due messages, or with a sending whose process may be gone. */
async function dueChannels(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select c.id from outbound_channel c
    where exists (select 1 from outbound_message m where m.channel_id = c.id and m.status = 'sent')
      or c.active and coalesce(c.retry_at, '-infinity') <= now()
        and exists (select 1 from outbound_message m where m.channel_id = c.id and m.status in ('queued', 'unknown'))
        and not (c.hold_on_reject and exists (select 1 from outbound_message m where m.channel_id = c.id and m.status = 'rejected'))
    order by c.id`.execute(db)
  return rows.map((row) => row.id)
}

/** Sends due messages on all channels in parallel, each in order. @returns how many messages got an answer */
export async function sendDue({ db, database }: Services): Promise<number> {
  const channels = await dueChannels(db)
  const stop = new AbortController().signal
  const sent = await Promise.all(channels.map((id) => sendChannel(db, database.url, id, stop)))
  return sent.reduce((total, one) => total + one, 0)
}

export type Senders = { look: () => Promise<number>; stop: () => Promise<void> }

/** The worker's senders: each channel runs independently, so that a hanging receiver does not block others. */
export function openSenders({ db, database }: Services): Senders {
  const busy = new Map<number, Promise<unknown>>()
  const stopping = new AbortController()
  return {
    async look() {
      for (const id of await dueChannels(db)) {
        if (busy.has(id) || stopping.signal.aborted) continue
        const work = sendChannel(db, database.url, id, stopping.signal)
          .catch((error: unknown) => {
            log.warn({ err: error, channel: id }, 'sending broke off, trying again')
          })
          .finally(() => busy.delete(id))
        busy.set(id, work)
      }
      return 0
    },
    async stop() {
      stopping.abort()
      await Promise.all(busy.values())
    },
  }
}

/**
 * Sends the waiting messages of one channel until none is left or one fails. The right to send is an advisory lock of the connection that
 * also claims messages: if that connection is lost, so is the right, and no message is sent without both. The next holder treats sendings
 * without an answer as unclear.
 */
async function sendChannel(db: Db, url: string, channelId: number, stop: AbortSignal): Promise<number> {
  const lease = new pg.Client({
    connectionString: url,
    keepAlive: true,
    application_name: 'careloop outbound',
  })
  const ended = new AbortController()
  const end = () => ended.abort()
  lease.on('error', end)
  lease.on('end', end)
  try {
    await lease.connect()
    if (!(await takeOver(lease, channelId))) return 0
    const channel = await loadChannel(db, channelId)
    if (!channel) return 0
    const run: Run = {
      db,
      lease,
      channel,
      stop,
      lost: ended.signal,
      broken: false,
      sent: 0,
      turn: Promise.resolve(),
    }
    const lanes = Array.from({ length: channel.lanes }, () => runLane(run))
    const results = await Promise.allSettled(lanes)
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return run.sent
  } finally {
    await lease.end().catch(() => undefined)
  }
}

/** Takes the channel's lock; sendings left by its last holder will never get an answer. */
async function takeOver(lease: pg.Client, channelId: number): Promise<boolean> {
  const { rows } = await lease.query<{ taken: boolean }>(
    `select pg_try_advisory_lock(hashtext('careloop.outbound'), $1) as taken`,
    [channelId],
  )
  if (!rows[0]?.taken) return false
  await lease.query(
    `with lost as (
      update outbound_message set status = 'unknown', reason = 'The sender ended before the answer came'
      where channel_id = $1 and status = 'sent' returning id
    )
    update outbound_attempt a set outcome = 'unknown', code = 'lost', reason = 'The sender ended before the answer came', finished_at = now()
    from lost where a.message_id = lost.id and a.outcome is null`,
    [channelId],
  )
  return true
}

async function loadChannel(db: Db, id: number): Promise<Channel | undefined> {
  const row = await db
    .selectFrom('outbound_channel')
    .select(['host', 'port', 'tls', 'tls_ca', 'max_in_flight', 'ack_timeout_seconds'])
    .select(
      sql<number>`(select count(*) from outbound_message m where m.channel_id = outbound_channel.id and m.status in ('queued', 'unknown'))`.as(
        'waiting',
      ),
    )
    .where('id', '=', id)
    .where('active', '=', true)
    .executeTakeFirst()
  if (!row) return undefined
  const settings = await readSettings(db, [
    'outbound.ack-timeout-seconds',
    'outbound.retry-first-seconds',
    'outbound.retry-longest-seconds',
  ])
  return {
    id,
    host: row.host,
    port: row.port,
    tls: row.tls,
    tlsCa: row.tls_ca,
    // Do not connect without a message.
    lanes: Math.min(row.max_in_flight, row.waiting),
    ackTimeoutMs: (row.ack_timeout_seconds ?? settings['outbound.ack-timeout-seconds']) * 1000,
    firstSeconds: settings['outbound.retry-first-seconds'],
    longestSeconds: settings['outbound.retry-longest-seconds'],
  }
}

type Run = {
  db: Db
  lease: pg.Client
  channel: Channel
  stop: AbortSignal
  lost: AbortSignal
  /** Set by the first failing lane: the others finish their current message. */
  broken: boolean
  sent: number
  /** The lanes share the connection that claims, one statement after the other. */
  turn: Promise<unknown>
}

function claimNext(run: Run): Promise<Claimed | undefined> {
  const next = run.turn.then(() => claim(run.lease, run.channel.id))
  run.turn = next.catch(() => undefined)
  return next
}

/** One connection, one message in flight on it. */
async function runLane(run: Run): Promise<void> {
  const { channel } = run
  let client: MllpClient | undefined
  const close = () => client?.close()
  let grace: NodeJS.Timeout | undefined
  const closeSoon = () => {
    grace = setTimeout(close, graceMs)
  }
  // Without the lock an answer could not be stored safely: another process may already be sending.
  run.lost.addEventListener('abort', close)
  run.stop.addEventListener('abort', closeSoon)
  try {
    while (!run.broken && !run.stop.aborted && !run.lost.aborted) {
      if (!client?.connected)
        client = await openTarget(run.db, channel, Math.min(connectTimeoutMs, channel.ackTimeoutMs))
      const message = await claimNext(run)
      if (!message) break
      const outcome = await deliver(client, message, channel.ackTimeoutMs)
      if (outcome.outcome === 'unknown') run.broken = true
      await settle(run.db, channel, message, outcome)
      if (outcome.outcome !== 'unknown') run.sent += 1
    }
  } catch (error) {
    run.broken = true
    if (!(error instanceof MllpError)) throw error
    // Nothing was claimed, so nothing was sent.
    await pause(run.db, channel, outcomeOf(error))
  } finally {
    run.lost.removeEventListener('abort', close)
    run.stop.removeEventListener('abort', closeSoon)
    clearTimeout(grace)
    close()
  }
}

/**
 * Claims the next message and records its sending, in one statement on the connection that holds the lock. With several in flight, those
 * of one person stay in order.
 */
async function claim(lease: pg.Client, channelId: number): Promise<Claimed | undefined> {
  const { rows } = await lease.query<Claimed>(
    `with next as (
      select m.id from outbound_message m join outbound_channel c on c.id = m.channel_id
      where m.channel_id = $1 and m.status in ('queued', 'unknown') and c.active
        and not exists (select 1 from outbound_message o join person theirs on theirs.id = o.person_id
          join person ours on ours.id = m.person_id
          where o.channel_id = $1 and o.status = 'sent'
            and coalesce(theirs.survivor_id, theirs.id) = coalesce(ours.survivor_id, ours.id))
        and not (c.hold_on_reject and exists (select 1 from outbound_message o where o.channel_id = $1 and o.status = 'rejected'))
      order by m.id limit 1 for no key update of m
    ), sent as (
      update outbound_message m set status = 'sent', attempts = m.attempts + 1, reason = null
      from next where m.id = next.id and m.status in ('queued', 'unknown')
      returning m.id, m.person_id, m.control_id, m.raw, m.attempts
    ), noted as (
      insert into outbound_attempt (message_id, number) select id, attempts from sent
    )
    select * from sent`,
    [channelId],
  )
  return rows[0]
}

async function deliver(client: MllpClient, message: Claimed, timeoutMs: number): Promise<Outcome> {
  try {
    const outcome = outcomeOf(await client.send(message.raw, { timeoutMs }))
    // After an uninterpretable answer, later answers on this connection cannot be attributed.
    if (outcome.outcome === 'unknown') client.close()
    return outcome
  } catch (error) {
    if (error instanceof MllpError) return outcomeOf(error)
    throw error
  }
}

/** Stores the result of a sending, unless a later lock holder has already done so. */
async function settle(db: Db, channel: Channel, message: Claimed, result: Outcome): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ person_id: number }>`
      with updated as (
        update outbound_attempt set outcome = ${result.outcome}, code = ${result.code}, reason = ${result.reason}, answer = ${result.answer},
          finished_at = clock_timestamp()
        where message_id = ${message.id} and number = ${message.attempts} and outcome is null returning message_id
      )
      update outbound_message m set status = ${result.outcome}, reason = ${result.reason},
        finished_at = case when ${result.outcome} = 'unknown' then null else now() end
      from updated where m.id = updated.message_id and m.status = 'sent' returning ${personOfRecord(sql`m.person_id`)} as person_id`.execute(
      trx,
    )
    if (rows.length === 0) return
    if (result.outcome !== 'unknown')
      await sql`
        update outbound_channel set failures = 0, retry_at = null, last_error = null, last_error_at = null, last_answer_at = now(),
          last_answer_code = ${result.code} where id = ${channel.id}`.execute(trx)
    await audit(trx, sender, {
      action: 'outbound.send',
      outcome: result.outcome === 'acknowledged' ? 'allowed' : 'failed',
      personId: rows[0]?.person_id ?? null,
      subject: `outbound:${message.id}#${message.attempts} ${result.outcome} ${result.code}`.slice(0, 200),
      fields: ['demographics'],
    })
    await notify(trx, 'intake', { changed: 1 })
  })
  if (result.outcome === 'unknown') await pause(db, channel, result)
}

/** Backoff of the channel: doubles after each failure, until an answer comes. */
async function pause(db: Db, channel: Channel, result: Outcome): Promise<void> {
  await sql`
    update outbound_channel set failures = failures + 1, last_error = ${result.reason ?? result.code}, last_error_at = now(),
      retry_at = now() + least(${channel.longestSeconds}::float8, ${channel.firstSeconds}::float8 * 2 ^ least(failures, 20)) * interval '1 second'
    where id = ${channel.id}`.execute(db)
  await notify(db, 'intake', { changed: 1 })
}
