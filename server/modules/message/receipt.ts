import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import type { AccountInForce, Receipt, Reply } from './channel.ts'

/*
 * What providers report. Delivery only ever rises (undelivered, delivered, read), so that repetitions and reports out of order change
 * nothing; a report about a message whose sending was unclear proves that it was sent.
 */

type Account = Pick<AccountInForce, 'id' | 'channel' | 'siteId'>

/** Keys of sendings, as dispatch.ts makes them: the message's id is in them. */
export const keyPattern = /^careloop-(\d{1,15})(?:-\d+)?$/

const receiver = systemActor('system:message', '消息发送')

/** Stores receipts; those whose message has no answer written yet wait for it. */
export async function storeReceipts(db: Db, account: Account, receipts: Receipt[]): Promise<void> {
  if (receipts.length === 0) return
  await transaction(db, async (trx) => {
    const matched = await applyReceipts(trx, account, receipts)
    const early = receipts.filter((_, at) => !matched.has(at))
    if (early.length === 0) return
    await sql`
      insert into message_receipt (account_id, reference, state, at, reason)
      select ${account.id}, left(r.reference, 200), r.state, r.at, left(r.reason, 200)
      from unnest(${early.map((one) => one.reference)}::text[], ${early.map((one) => one.state)}::text[],
        ${early.map((one) => one.at)}::timestamptz[], ${early.map((one) => one.reason)}::text[]) as r(reference, state, at, reason)
      on conflict do nothing`.execute(trx)
  })
}

/** Receipts that came too early, once their message is there. Unknown ones are dropped after three days. */
export async function applyEarlyReceipts(db: Db, account: Account): Promise<void> {
  const { rows } = await sql<{ reference: string }>`
    select r.reference from message_receipt r where r.account_id = ${account.id} and (r.received_at < now() - interval '3 days'
      or exists (select 1 from message m where m.account_id = r.account_id and m.provider_id = r.reference)) limit 1000`.execute(
    db,
  )
  if (rows.length === 0) return
  await transaction(db, async (trx) => {
    const { rows: taken } = await sql<Receipt>`
      delete from message_receipt where account_id = ${account.id} and reference = any(${rows.map((row) => row.reference)})
      returning reference, state, at, reason`.execute(trx)
    await applyReceipts(trx, account, taken)
  })
}

const rank = (state: string) => sql`array_position('{undelivered,delivered,read}'::text[], ${sql.raw(state)})`

type Changed = { id: number; record_id: number; person_id: number; delivery: Receipt['state']; was: string }

/** @returns positions of the receipts that belong to a message */
async function applyReceipts(trx: Trx, account: Account, receipts: Receipt[]): Promise<Set<number>> {
  const keys = receipts.map(({ reference }) => Number(keyPattern.exec(reference)?.[1] ?? 0) || null)
  const { rows } = await sql<{ nr: number; id: number }>`
    select r.nr::int as nr, m.id from unnest(${receipts.map((one) => one.reference)}::text[], ${keys}::bigint[])
      with ordinality as r(reference, message_id, nr)
    cross join lateral (
      select id from message where account_id = ${account.id} and provider_id = r.reference
      union select id from message where id = r.message_id and account_id = ${account.id}
      limit 1) m`.execute(trx)
  const best = new Map<number, Receipt>()
  const order = { undelivered: 0, delivered: 1, read: 2 }
  for (const { nr, id } of rows) {
    const receipt = receipts[nr - 1]
    const before = best.get(id)
    if (receipt && (!before || order[receipt.state] > order[before.state])) best.set(id, receipt)
  }
  const all = [...best].sort(([a], [b]) => a - b)
  if (all.length > 0) await raise(trx, account, all)
  return new Set(rows.map((row) => row.nr - 1))
}

async function raise(trx: Trx, account: Account, all: [number, Receipt][]): Promise<void> {
  const { rows } = await sql<Changed>`
    with n as materialized (
      select r.*, m.status as was from unnest(${all.map(([id]) => id)}::bigint[], ${all.map(([, one]) => one.state)}::text[],
        ${all.map(([, one]) => one.at)}::timestamptz[], ${all.map(([, one]) => one.reason)}::text[],
        ${all.map(([, one]) => one.reference)}::text[]) as r(id, state, at, reason, reference)
      join message m on m.id = r.id
      where m.status in ('sent', 'sending', 'unknown') and (m.delivery is null or ${rank('m.delivery')} < ${rank('r.state')})
      order by r.id for update of m)
    update message m set delivery = n.state, delivered_at = n.at, delivery_reason = n.reason,
      status = case when m.status = 'unknown' then 'sent' else m.status end,
      reason = case when m.status = 'unknown' then null else m.reason end,
      provider_id = case when m.status = 'unknown' then coalesce(m.provider_id, n.reference) else m.provider_id end
    from n where m.id = n.id
    returning m.id, m.person_id as record_id, ${personOfRecord(sql`m.person_id`)} as person_id, m.delivery, n.was`.execute(
    trx,
  )
  const proved = rows.filter((row) => row.was === 'unknown')
  await recordEvents(trx, [
    ...proved.map((row) => eventOf(account, row, 'message.sent')),
    ...rows.map((row) => eventOf(account, row, `message.${row.delivery}`)),
  ])
  if (proved.length > 0)
    await audit(
      trx,
      receiver,
      ...proved.map((row) => ({
        action: 'message.send',
        personId: row.person_id,
        subject: `message:${row.id} sent (receipt)`,
      })),
    )
}

function eventOf(
  account: Account,
  row: Changed,
  kind: 'message.sent' | 'message.delivered' | 'message.undelivered' | 'message.read',
) {
  return {
    personId: row.record_id,
    at: new Date(),
    kind,
    source: 'careloop',
    data: { messageId: row.id, channel: account.channel },
  }
}

const longestReply = 500

/** What becomes of a reply from an address that nothing was sent to. */
type Stray = (trx: Trx, account: Account, reply: Reply) => Promise<void>
let stray: Stray | undefined

/** Called once at start-up by the module that takes such replies; without one they belong to nobody and are dropped. */
export function registerStray(one: Stray): void {
  stray = one
}

/**
 * Stores replies once each, as events of the person who has the address: of the message they answer where that is known, else of the last one
 * sent there.
 */
export async function storeReplies(db: Db, account: Account, replies: Reply[]): Promise<void> {
  if (replies.length === 0) return
  await transaction(db, async (trx) => {
    for (const reply of replies) await storeReply(trx, account, reply)
  })
}

/** @returns whether it came for the first time */
export async function storeReply(trx: Trx, account: Account, reply: Reply): Promise<boolean> {
  if (!(await seenFirst(trx, account.id, `reply ${reply.key}`))) return false
  const message = await answeredBy(trx, account, reply)
  if (!message) {
    await stray?.(trx, account, reply)
    return true
  }
  await recordEvents(trx, [
    {
      personId: message.person_id,
      at: reply.at,
      kind: 'message.replied',
      source: 'careloop',
      data: {
        messageId: message.id,
        ...(message.enrollment_id !== null && { enrollmentId: message.enrollment_id }),
        channel: account.channel,
        purpose: message.purpose,
        text: reply.text.slice(0, longestReply),
      },
    },
  ])
  return true
}

/** Whether this reply is seen for the first time. */
async function seenFirst(db: Db, accountId: number, key: string): Promise<boolean> {
  const { rows } = await sql`
    insert into message_seen (account_id, key) values (${accountId}, left(${key}, 300)) on conflict do nothing returning 1`.execute(
    db,
  )
  return rows.length > 0
}

async function answeredBy(trx: Trx, account: Account, reply: Reply) {
  const key = Number(keyPattern.exec(reply.reference ?? '')?.[1] ?? 0) || null
  const { rows } = await sql<{
    id: number
    person_id: number
    purpose: string
    enrollment_id: number | null
  }>`
    (select id, person_id, purpose, enrollment_id from message where account_id = ${account.id} and (id = ${key}::bigint or provider_id = ${reply.reference}))
    union all
    (select m.id, m.person_id, m.purpose, m.enrollment_id from message m
      where m.person_id in (select t.person_id from person_telecom t where t.value = ${reply.from})
        and m.channel = ${account.channel} and m.address = ${reply.from} and m.status in ('sent', 'sending', 'unknown')
      order by m.id desc limit 1)
    limit 1`.execute(trx)
  return rows[0]
}
