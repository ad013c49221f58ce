import { sql } from 'kysely'
import { purposes, type Purpose } from '../../../contract/contact.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import {
  isPaused,
  type OpenChannel,
  type Outgoing,
  pauseAccount,
  resumeAccount,
  type SendResult,
} from './channel.ts'
import { addToBudget } from './budget.ts'
import { sendDirect } from './direct.ts'
import { type Due, type MessageRow, messageEvent, type Price, takeDue } from './due.ts'
import { type OpenAccount, openAccounts } from './open.ts'
import { unsubscribeUrls } from './placeholder.ts'
import { applyEarlyReceipts } from './receipt.ts'
import { routeWaiting } from './routing.ts'

/** A process that lives renews it; one that died is found out after so long. */
const leaseSeconds = 60
const renewMs = 20_000
const maxTries = 5
/** How long a lane runs before its loop may end, in ms. */
const turn = 2000
/** Concurrent batches of a lane: while one is on the wire, the database works for the other. */
const batchesAtOnce = 2
const dispatcher = systemActor('system:message', '消息发送')

/** What one account sends for one purpose: in order, and without waiting for other lanes. */
export type Lane = { open: OpenAccount; purpose: Purpose }

/** Sends due messages on all lanes, independently. @returns how many messages got a result */
export async function dispatchDue(db: Db, secret: string, publicUrl?: string): Promise<number> {
  const accounts = openAccounts(db, secret)
  try {
    await routeWaiting(db)
    const open = await accounts.sync()
    const lapsed = await markLapsed(db, open)
    const results = await Promise.allSettled(
      open.flatMap((one) => {
        const work = purposes.map((purpose) => dispatchLane(db, { open: one, purpose }, publicUrl))
        return [...work, sendDirect(db, one, open), applyEarlyReceipts(db, one.account).then(() => 0)]
      }),
    )
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), lapsed)
  } finally {
    accounts.close()
  }
}

/**
 * Sends due messages of one lane for a while: claim a batch under a lease and pass the gate (one transaction), hand over to the channel
 * (no transaction), write the results where the lease is still ours (one transaction). A crash between leaves `sending`, which becomes
 * `unknown`: never a blind second send. Only a provider that knows our keys gets it again.
 * @param publicUrl public address of this installation; without it no message with a link is sent
 * @returns how many messages got a result
 */
export async function dispatchLane(db: Db, lane: Lane, publicUrl?: string): Promise<number> {
  const { account } = lane.open
  if (isPaused(db, account)) return 0
  const inTurn = { ...lane, open: { ...lane.open, channel: oneAtATime(lane.open.channel) } }
  const until = Date.now() + turn
  const drain = async () => {
    let done = 0
    for (let batch = 1; batch > 0 && Date.now() < until && !isPaused(db, account);) {
      batch = await dispatchBatch(db, inTurn, publicUrl)
      done += batch
    }
    return done
  }
  // One lost result must not cut the others short: its lease runs out and it becomes unknown.
  const results = await Promise.allSettled(Array.from({ length: batchesAtOnce }, drain))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0)
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

/**
 * An expired lease belongs to a process that died while sending. What the provider has reported about was sent; what it recognises by its
 * key goes out again; of the rest nobody can know. @returns how many there were
 */
export async function markLapsed(db: Db, accounts: OpenAccount[]): Promise<number> {
  const again = accounts.flatMap(({ account, adapter }) =>
    adapter.capabilities.idempotencyKey ? account.id : [],
  )
  const { rows: lapsed } = await sql`
    select 1 from message where status = 'sending' and lease_until < now() limit 1`.execute(db)
  if (lapsed.length === 0) return 0
  return transaction(db, async (trx) => {
    const { rows } = await sql<
      MessageRow & { status: string; account_id: number | null; body: string; pathway_id: number | null }
    >`
      with l as materialized (
        select id, delivery is not null as proved, delivery is null and account_id = any(${again}::int[]) and tries < ${maxTries} as again from message
        where status = 'sending' and lease_until < now() limit 5000 for update skip locked)
      update message m set status = case when l.proved then 'sent' when l.again then 'queued' else 'unknown' end,
        reason = case when not l.proved then 'The process ended while sending' end,
        finished_at = case when l.again then null else now() end, lease_until = null, fence = fence + 1
      from l where m.id = l.id returning m.id, m.person_id as record_id, m.channel, m.status, m.account_id, m.body, m.pathway_id`.execute(
      trx,
    )
    const priced = rows.flatMap((row) => {
      const open = accounts.find(({ account }) => account.id === row.account_id)
      return open ? [{ ...row, ...priceOf(open, row.body) }] : []
    })
    const spent = priced.filter(({ status }) => status !== 'queued')
    await addToBudget(
      trx,
      priced.flatMap((row) =>
        row.status === 'queued' ? [{ pathwayId: row.pathway_id, cost: -row.cost }] : [],
      ),
    )
    await sql`
      update message m set parts = n.parts, cost = n.cost
      from unnest(${spent.map((one) => one.id)}::bigint[], ${spent.map((one) => one.parts)}::smallint[], ${spent.map((one) => one.cost)}::numeric[])
        as n(id, parts, cost) where m.id = n.id`.execute(trx)
    await recordEvents(
      trx,
      rows.flatMap((row) =>
        row.status === 'queued'
          ? []
          : [messageEvent(row, row.status === 'sent' ? 'message.sent' : 'message.unknown')],
      ),
    )
    return rows.length
  })
}

type Claimed = Due & { unsubscribeUrl: string | null }

/** @returns how many messages were claimed; 0: nothing is due */
async function dispatchBatch(db: Db, lane: Lane, publicUrl: string | undefined): Promise<number> {
  const { account } = lane.open
  const { found, claimed } = await transaction(db, (trx) => claim(trx, lane, publicUrl))
  if (claimed.length === 0) return found
  const renewal = setInterval(() => void renew(db, claimed).catch(() => undefined), renewMs)
  const results = await send(lane, claimed).finally(() => clearInterval(renewal))
  const down = results.find((one) => one.kind === 'unavailable')
  const until = down && pauseAccount(db, account)
  if (!down) resumeAccount(db, account)
  await transaction(db, (trx) => settle(trx, lane.open, claimed, results))
  await noteHealth(db, account, down?.reason, until, results)
  return found
}

async function renew(db: Db, claimed: Claimed[]): Promise<void> {
  await sql`
    update message m set lease_until = now() + ${leaseSeconds} * interval '1 second'
    from unnest(${claimed.map((one) => one.id)}::bigint[], ${claimed.map((one) => one.fence)}::int[]) as n(id, fence)
    where m.id = n.id and m.fence = n.fence and m.status = 'sending'`.execute(db)
}

/** What the screen says of the account; one of its lanes is enough, so that the row is not fought about. */
async function noteHealth(
  db: Db,
  { id }: OpenAccount['account'],
  error: string | undefined,
  until: Date | undefined,
  results: SendResult[],
): Promise<void> {
  if (error !== undefined) {
    if (until)
      await sql`update message_account set failures = failures + 1, last_error = left(${error}, 300), last_error_at = now(), retry_at = ${until}
        where id = ${id}`.execute(db)
    return
  }
  if (results.some((one) => one.kind === 'sent'))
    await sql`update message_account set failures = 0, retry_at = null, last_success_at = now()
      where id = ${id} and (failures > 0 or last_success_at is null or last_success_at < now() - interval '5 seconds')`.execute(
      db,
    )
}

async function claim(
  trx: Trx,
  { open, purpose }: Lane,
  publicUrl: string | undefined,
): Promise<{ found: number; claimed: Claimed[] }> {
  const { account, adapter } = open
  // A slow account never holds more than a second's worth, so that clinical messages get their share.
  const most = Math.min(adapter.capabilities.batch, account.ratePerSecond ?? Infinity)
  const { found, taken } = await takeDue(
    trx,
    { accountId: account.id, purpose, most, leaseSeconds, priceOf: (body) => priceOf(open, body) },
    publicUrl,
  )
  const urls = await unsubscribeUrls(trx, purpose, taken, publicUrl)
  return { found, claimed: taken.map((one) => ({ ...one, unsubscribeUrl: urls.get(one.id) ?? null })) }
}

async function send(
  { open: { channel, adapter, waitFor }, purpose }: Lane,
  claimed: Claimed[],
): Promise<SendResult[]> {
  const { idempotencyKey } = adapter.capabilities
  await waitFor(claimed.length)
  return channel.send(
    claimed.map(({ address, subject, body, template, unsubscribeUrl, id, tries }): Outgoing => ({
      messageId: id,
      purpose,
      address,
      subject,
      body,
      template,
      unsubscribeUrl,
      // Who knows our keys gets the same one for each try.
      key: idempotencyKey ? `careloop-${id}` : `careloop-${id}-${tries}`,
    })),
  )
}

type Settled = {
  status: 'sent' | 'failed' | 'unknown' | 'queued'
  reason: string | null
  providerId: string | null
}

function settled({ tries }: Claimed, result: SendResult, idempotent: boolean): Settled {
  if (result.kind === 'sent') return { status: 'sent', reason: null, providerId: result.providerId }
  const { reason } = result
  if (result.kind === 'unclear')
    return { status: idempotent && tries < maxTries ? 'queued' : 'unknown', reason, providerId: null }
  const again = result.kind === 'unavailable' || (tries < maxTries && !result.permanent)
  return { status: again ? 'queued' : 'failed', reason, providerId: null }
}

const kinds = { sent: 'message.sent', failed: 'message.failed', unknown: 'message.unknown' } as const

function priceOf({ account, adapter }: OpenAccount, body: string, counted?: number): Price {
  const parts = counted ?? adapter.capabilities.parts?.(body) ?? null
  return { parts, cost: account.costPerPart * (parts ?? 1) }
}

/** What the provider has reported about meanwhile was sent, whatever its answer. */
const outcome = sql`case when m.delivery is not null then 'sent' else n.status end`

/** An unclear one may have cost: what is not known is counted. */
const charged = sql`${outcome} in ('sent', 'unknown')`

/** Writes the results of a batch where the lease is still ours. While a channel is down, only the first attempt counts. */
async function settle(trx: Trx, open: OpenAccount, claimed: Claimed[], results: SendResult[]): Promise<void> {
  const { idempotencyKey } = open.adapter.capabilities
  const outcomes = claimed.map((one, at) => {
    const result = results[at] ?? { kind: 'unclear', reason: 'The channel gave no result' }
    return {
      ...one,
      ...settled(one, result, idempotencyKey),
      ...priceOf(open, one.body, result.kind === 'sent' ? result.parts : undefined),
      reserved: one.cost,
      down: result.kind === 'unavailable',
    }
  })
  const { rows } = await sql<
    MessageRow & { status: Settled['status']; cost: number | null; person_id: number }
  >`
    update message m set status = ${outcome}, reason = case when m.delivery is null then n.reason end, provider_id = n.provider_id, lease_until = null,
      fence = m.fence + 1,
      tries = case when n.down then greatest(1, m.tries - 1) else m.tries end,
      due_at = case when ${outcome} = 'queued' and not n.down then now() + power(2, m.tries) * interval '30 seconds' else m.due_at end,
      finished_at = case when ${outcome} <> 'queued' then now() end,
      parts = case when ${charged} then n.parts end, cost = case when ${charged} then n.cost end
    from unnest(
      ${outcomes.map((one) => one.id)}::bigint[], ${outcomes.map((one) => one.fence)}::int[],
      ${outcomes.map((one) => one.status)}::text[], ${outcomes.map((one) => one.reason)}::text[],
      ${outcomes.map((one) => one.providerId)}::text[], ${outcomes.map((one) => one.down)}::boolean[],
      ${outcomes.map((one) => one.parts)}::smallint[], ${outcomes.map((one) => one.cost)}::numeric[]
    ) as n(id, fence, status, reason, provider_id, down, parts, cost)
    where m.id = n.id and m.fence = n.fence and m.status = 'sending'
    returning m.id, m.person_id as record_id, m.channel, m.status, m.cost, ${personOfRecord(sql`m.person_id`)} as person_id`.execute(
    trx,
  )
  const costs = new Map(rows.map((row) => [row.id, row.cost ?? 0]))
  await addToBudget(
    trx,
    outcomes.flatMap(({ id, pathwayId, reserved }) => {
      const cost = costs.get(id)
      return cost === undefined ? [] : [{ pathwayId, cost: cost - reserved }]
    }),
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
