import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { MessageChannel } from '../../../contract/message.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { permit } from '../contact/permit.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import {
  isPaused,
  type Lane,
  lanes,
  type OpenChannel,
  type Outgoing,
  pauseChannel,
  resumeChannel,
  type SendResult,
} from './channel.ts'
import { fillPlaceholders, preparePlaceholders } from './placeholder.ts'

/** Longer than two batches take when every message hits the channel's time limit. */
const leaseSeconds = 900
const maxTries = 5
/** How long a lane runs before its loop may end, in ms. */
const turn = 2000
/** Concurrent batches of a lane: while one is on the wire, the database works for the other. */
const batchesAtOnce = 2
const dispatcher = systemActor('system:message', '消息发送')

/** Sends due messages on all lanes, independently. @returns how many messages got a result */
export async function dispatchDue(db: Db, secret: string, publicUrl?: string): Promise<number> {
  const results = await Promise.allSettled(lanes.map((lane) => dispatchLane(db, secret, lane, publicUrl)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0)
}

/**
 * Sends due messages of one lane for a while: claim a batch under a lease and pass the gate (one transaction), hand over to the channel
 * (no transaction), write the results where the lease is still ours (one transaction). A crash between leaves `sending`, which becomes
 * `unknown`: never a blind second send.
 * @param publicUrl public address of this installation; without it no message with a link is sent
 * @returns how many messages got a result
 */
export async function dispatchLane(db: Db, secret: string, lane: Lane, publicUrl?: string): Promise<number> {
  const work = await workOf(db, lane)
  const lapsed = work.lapsed ? await markLapsed(db, lane) : 0
  const open = work.due ? await lane.adapter.open(db, secret) : undefined
  if (!open) return lapsed
  const channel = oneAtATime(open)
  try {
    if (isPaused(db, lane.adapter, channel)) return lapsed
    const until = Date.now() + turn
    const drain = async () => {
      let done = 0
      for (let batch = 1; batch > 0 && Date.now() < until && !isPaused(db, lane.adapter, channel);) {
        batch = await dispatchBatch(db, lane, channel, publicUrl)
        done += batch
      }
      return done
    }
    // One lost result must not cut the others short: its lease runs out and it becomes unknown.
    const results = await Promise.allSettled(Array.from({ length: batchesAtOnce }, drain))
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), lapsed)
  } finally {
    channel.close()
  }
}

/** Lanes are looked at each second; mostly there is nothing. */
async function workOf(db: Db, { adapter, purpose }: Lane): Promise<{ due: boolean; lapsed: boolean }> {
  const { rows } = await sql<{ due: boolean; lapsed: boolean }>`
    select exists (select 1 from message where status = 'queued' and not paused and channel = ${adapter.channel} and purpose = ${purpose} and due_at <= now()) as due,
      exists (select 1 from message where status = 'sending' and lease_until < now() and channel = ${adapter.channel}
        and purpose = ${purpose}) as lapsed`.execute(db)
  return rows[0] ?? { due: false, lapsed: false }
}

function oneAtATime(channel: OpenChannel): OpenChannel {
  let wire: Promise<unknown> = Promise.resolve()
  return {
    ...channel,
    send(batch) {
      const results = wire.then(() => channel.send(batch))
      wire = results.catch(() => undefined)
      return results
    },
  }
}

/** An expired lease belongs to a process that died while sending. */
async function markLapsed(db: Db, { adapter, purpose }: Lane): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<Row>`
      update message set status = 'unknown', reason = 'The process ended while sending', finished_at = now(), fence = fence + 1
      where status = 'sending' and lease_until < now() and channel = ${adapter.channel} and purpose = ${purpose}
      returning id, person_id as record_id, channel`.execute(trx)
    await recordEvents(
      trx,
      rows.map((row) => messageEvent(row, 'message.unknown')),
    )
    return rows.length
  })
}

type Row = { id: number; record_id: number; channel: MessageChannel }
type Due = Row & {
  subject: string | null
  body: string
  placeholder_at: number[]
  fence: number
  tries: number
  automatic: boolean
  emergency: boolean
  stopped: boolean
  site_id: number | null
}
type Claimed = Due & { address: string }

/** @returns how many messages were claimed; 0: nothing is due */
async function dispatchBatch(
  db: Db,
  lane: Lane,
  channel: OpenChannel,
  publicUrl: string | undefined,
): Promise<number> {
  const { capabilities } = lane.adapter
  const rate = capabilities.ratePerSecond
  const began = Date.now()
  const { found, claimed } = await transaction(db, (trx) => claim(trx, lane, publicUrl))
  if (claimed.length === 0) return found
  const results = await send(channel, claimed, capabilities.maxLength)
  if (results.some((one) => one.kind === 'unavailable')) pauseChannel(db, lane.adapter, channel)
  else resumeChannel(db, lane.adapter)
  await transaction(db, (trx) => settle(trx, claimed, results))
  if (rate !== null) await delay((claimed.length / rate) * 1000 - (Date.now() - began))
  return found
}

async function claim(
  trx: Trx,
  lane: Lane,
  publicUrl: string | undefined,
): Promise<{ found: number; claimed: Claimed[] }> {
  const { channel, capabilities } = lane.adapter
  const { rows } = await sql<Due>`
    with due as (
      select * from message where status = 'queued' and not paused and channel = ${channel} and purpose = ${lane.purpose} and due_at <= now()
        and coalesce((select e.pathway_id from enrollment e where e.id = message.enrollment_id) <> all(array(select w.id from pathway w where w.paused_at is not null)), true)
      order by due_at, id limit ${capabilities.batch} for update skip locked)
    select m.id, m.person_id as record_id, m.channel, m.subject, m.body, m.placeholder_at, m.fence, m.tries, m.enrollment_id is not null as automatic, m.emergency,
      coalesce(e.status = 'stopped', false) as stopped, n.site_id
    from due m left join enrollment e on e.id = m.enrollment_id
    left join encounter n on n.id = case when m.subject_kind = 'encounter' then m.subject_id else e.encounter_id end
    order by m.due_at, m.id`.execute(trx)
  if (rows.length === 0) return { found: 0, claimed: [] }
  const verdicts = await verdictsOf(trx, lane, rows, publicUrl)
  await sql`
    update message m set status = n.status, reason = n.reason, address = n.address, due_at = coalesce(n.due_at, m.due_at),
      lease_until = case when n.status = 'sending' then now() + ${leaseSeconds} * interval '1 second' end,
      fence = m.fence + 1, tries = m.tries + case when n.status = 'sending' then 1 else 0 end,
      finished_at = case when n.status = 'suppressed' then now() end
    from unnest(
      ${verdicts.map(({ row }) => row.id)}::bigint[], ${verdicts.map(({ status }) => status)}::text[],
      ${verdicts.map(({ reason }) => reason ?? null)}::text[], ${verdicts.map(({ address }) => address ?? null)}::text[],
      ${verdicts.map(({ later }) => later ?? null)}::timestamptz[]
    ) as n(id, status, reason, address, due_at)
    where m.id = n.id`.execute(trx)
  await recordEvents(
    trx,
    verdicts
      .filter(({ status }) => status === 'suppressed')
      .map(({ row }) => messageEvent(row, 'message.suppressed')),
  )
  const claimed = verdicts.flatMap(({ row, address }) =>
    address === undefined ? [] : [{ ...row, address, fence: row.fence + 1, tries: row.tries + 1 }],
  )
  return { found: rows.length, claimed: await fillPlaceholders(trx, claimed, publicUrl) }
}

type MessageVerdict = {
  row: Due
  status: 'sending' | 'suppressed' | 'queued'
  reason?: string
  address?: string
  later?: Date
}

/** First drops messages whose cause has ended, so that they count towards no cap; then the gate. */
async function verdictsOf(
  trx: Trx,
  { purpose }: Lane,
  rows: Due[],
  publicUrl: string | undefined,
): Promise<MessageVerdict[]> {
  const dropped = await preparePlaceholders(trx, rows, publicUrl)
  for (const row of rows) if (row.stopped) dropped.set(row.id, 'enrollment-stopped')
  const permitted = await permit(
    trx,
    rows
      .filter((row) => !dropped.has(row.id))
      .map((row) => ({
        key: row.id,
        personId: row.record_id,
        channel: row.channel,
        purpose,
        automatic: row.automatic,
        emergency: row.emergency,
        siteId: row.site_id,
      })),
  )
  return rows.map((row): MessageVerdict => {
    const reason = dropped.get(row.id)
    if (reason !== undefined) return { row, status: 'suppressed', reason }
    const verdict = permitted.get(row.id)
    if (verdict?.kind === 'permit') return { row, status: 'sending', address: verdict.address }
    if (verdict?.kind === 'later') return { row, status: 'queued', later: verdict.at }
    return { row, status: 'suppressed', reason: verdict?.reason ?? 'no-address' }
  })
}

async function send(
  channel: OpenChannel,
  claimed: Claimed[],
  maxLength: number | null,
): Promise<SendResult[]> {
  const tooLong = (one: Claimed) => maxLength !== null && one.body.length > maxLength
  const outgoing = claimed
    .filter((one) => !tooLong(one))
    .map(({ address, subject, body, id, tries }): Outgoing => ({
      address,
      subject,
      body,
      key: `careloop-${id}-${tries}`,
    }))
  const results = (await channel.send(outgoing)).values()
  return claimed.map((one): SendResult =>
    tooLong(one)
      ? { kind: 'refused', reason: `longer than ${maxLength} characters`, permanent: true }
      : (results.next().value ?? { kind: 'unclear', reason: 'The channel gave no result' }),
  )
}

type Settled = {
  status: 'sent' | 'failed' | 'unknown' | 'queued'
  reason: string | null
  providerId: string | null
}

function settled({ tries }: Claimed, result: SendResult): Settled {
  if (result.kind === 'sent') return { status: 'sent', reason: null, providerId: result.providerId }
  const { reason } = result
  if (result.kind === 'unclear') return { status: 'unknown', reason, providerId: null }
  const again = result.kind === 'unavailable' || (tries < maxTries && !result.permanent)
  return { status: again ? 'queued' : 'failed', reason, providerId: null }
}

const kinds = { sent: 'message.sent', failed: 'message.failed', unknown: 'message.unknown' } as const

/** Writes the results of a batch where the lease is still ours. While a channel is down, only the first attempt counts. */
async function settle(trx: Trx, claimed: Claimed[], results: SendResult[]): Promise<void> {
  const outcomes = claimed.map((one, at) => {
    const result = results[at] ?? { kind: 'unclear', reason: 'The channel gave no result' }
    return { ...one, ...settled(one, result), down: result.kind === 'unavailable' }
  })
  const { rows } = await sql<Row & { status: Settled['status']; person_id: number }>`
    update message m set status = n.status, reason = n.reason, provider_id = n.provider_id, lease_until = null, fence = m.fence + 1,
      tries = case when n.down then greatest(1, m.tries - 1) else m.tries end,
      due_at = case when n.status = 'queued' and not n.down then now() + power(2, m.tries) * interval '30 seconds' else m.due_at end,
      finished_at = case when n.status <> 'queued' then now() end
    from unnest(
      ${outcomes.map((one) => one.id)}::bigint[], ${outcomes.map((one) => one.fence)}::int[],
      ${outcomes.map((one) => one.status)}::text[], ${outcomes.map((one) => one.reason)}::text[],
      ${outcomes.map((one) => one.providerId)}::text[], ${outcomes.map((one) => one.down)}::boolean[]
    ) as n(id, fence, status, reason, provider_id, down)
    where m.id = n.id and m.fence = n.fence and m.status = 'sending'
    returning m.id, m.person_id as record_id, m.channel, m.status, ${personOfRecord(sql`m.person_id`)} as person_id`.execute(
    trx,
  )
  const finished = rows.flatMap((row) => (row.status === 'queued' ? [] : [{ row, kind: kinds[row.status] }]))
  if (finished.length === 0) return
  await recordEvents(
    trx,
    finished.map(({ row, kind }) => messageEvent(row, kind)),
  )
  await audit(
    trx,
    dispatcher,
    ...finished.map(({ row }) => ({
      action: 'message.send',
      personId: row.person_id,
      subject: `message:${row.id} ${row.status}`,
    })),
  )
}

function messageEvent(
  row: Row,
  kind: 'message.sent' | 'message.failed' | 'message.suppressed' | 'message.unknown',
) {
  return {
    personId: row.record_id,
    at: new Date(),
    kind,
    source: 'careloop',
    data: { messageId: row.id, channel: row.channel },
  }
}
