import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { readSettings } from '../setting/setting.ts'
import { linkPathwayMessages, linkPlaceholder, mintTokens, urlOf } from '../form/link-token.ts'
import { gate, gateFacts, gateSettings, type Verdict } from './gate.ts'
import { type MailChannel, openMailChannel, type SendResult } from './smtp.ts'
import { personOfRecord } from '../event/record.ts'

const batchSize = 50
const connections = 4
/** Longer than a whole batch can take when every mail runs into the time limit of the connection. */
const leaseSeconds = 900
const maxTries = 5
const dispatcher = systemActor('system:message', '消息发送')

type Claimed = {
  id: number
  person_id: number
  record_id: number
  subject: string | null
  body: string
  fence: number
  tries: number
  address: string
}

/**
 * Sends due messages: claim under a lease and pass the gate (one transaction), hand over to the channel (no transaction), write the
 * result if the lease is still ours. A crash between leaves `sending`, which becomes `unknown`: never a blind second send.
 * @param publicUrl where people reach this installation; without it no message with a link goes out
 * @returns how many messages got a result
 */
export async function dispatchDue(db: Db, secret: string, publicUrl?: string): Promise<number> {
  const lapsed = await markLapsed(db)
  const channel = await openMailChannel(db, secret)
  if (!channel) return lapsed
  const { claimed, settled } = await transaction(db, (trx) => claim(trx, publicUrl))
  const waiting = [...claimed]
  const workers = Array.from({ length: connections }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await deliver(db, channel, next)
  })
  // One lost result must not cut the others short: its lease runs out and it becomes unknown.
  const results = await Promise.allSettled(workers)
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return lapsed + claimed.length + settled
}

/** A lease that ran out belongs to a process that died while sending. */
async function markLapsed(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<Told>`
      update message set status = 'unknown', reason = 'The process ended while sending', finished_at = now(), fence = fence + 1
      where status = 'sending' and lease_until < now() returning id, person_id as record_id`.execute(trx)
    await recordEvents(
      trx,
      rows.map((row) => messageEvent(row, 'message.unknown')),
    )
    return rows.length
  })
}

type Due = Omit<Claimed, 'address'>

async function claim(
  trx: Trx,
  publicUrl: string | undefined,
): Promise<{ claimed: Claimed[]; settled: number }> {
  // One claim at a time: caps are counted, and two at once would each count without the other.
  await sql`select pg_advisory_xact_lock(hashtext('careloop.message'))`.execute(trx)
  const { rows } = await sql<Due>`
    select id, ${personOfRecord(sql`message.person_id`)} as person_id, person_id as record_id, subject, body, fence, tries from message where status = 'queued' and due_at <= now()
    order by due_at, id limit ${batchSize} for update skip locked`.execute(trx)
  if (rows.length === 0) return { claimed: [], settled: 0 }
  const withLink = rows.filter((row) => row.body.includes(linkPlaceholder)).map((row) => row.id)
  if (withLink.length > 0) await linkPathwayMessages(trx, withLink)
  const settings = await readSettings(trx, gateSettings)
  const facts = await gateFacts(
    trx,
    rows.map((row) => row.id),
  )
  const now = new Date()
  const going = new Map<number, { all: number; marketing: number }>()
  const verdicts = rows.map((row): { row: Due; verdict: Verdict } => {
    const known = facts.get(row.id)
    if (publicUrl === undefined && withLink.includes(row.id))
      return { row, verdict: { kind: 'suppress', reason: 'no-public-address' } }
    if (!known) return { row, verdict: { kind: 'suppress', reason: 'no-address' } }
    // What this batch sends to the same person counts as well.
    const more = going.get(row.person_id) ?? { all: 0, marketing: 0 }
    const verdict = gate(
      {
        ...known,
        sentLast7Days: known.sentLast7Days + more.all,
        marketingLast30Days: known.marketingLast30Days + more.marketing,
      },
      settings,
      now,
    )
    if (verdict.kind === 'send')
      going.set(row.person_id, {
        all: more.all + 1,
        marketing: more.marketing + (known.purpose === 'marketing' ? 1 : 0),
      })
    return { row, verdict }
  })
  await sql`
    update message m set status = n.status, reason = n.reason, address = n.address, due_at = coalesce(n.due_at, m.due_at),
      lease_until = case when n.status = 'sending' then now() + ${leaseSeconds} * interval '1 second' end,
      fence = m.fence + 1, tries = m.tries + case when n.status = 'sending' then 1 else 0 end,
      finished_at = case when n.status = 'suppressed' then now() end
    from unnest(
      ${verdicts.map(({ row }) => row.id)}::bigint[],
      ${verdicts.map(({ verdict }) => ({ send: 'sending', suppress: 'suppressed', later: 'queued' })[verdict.kind])}::text[],
      ${verdicts.map(({ verdict }) => (verdict.kind === 'suppress' ? verdict.reason : null))}::text[],
      ${verdicts.map(({ verdict }) => (verdict.kind === 'send' ? verdict.address : null))}::text[],
      ${verdicts.map(({ verdict }) => (verdict.kind === 'later' ? verdict.at : null))}::timestamptz[]
    ) as n(id, status, reason, address, due_at)
    where m.id = n.id`.execute(trx)
  const suppressed = verdicts.filter(({ verdict }) => verdict.kind === 'suppress').map(({ row }) => row)
  await recordEvents(
    trx,
    suppressed.map((row) => messageEvent(row, 'message.suppressed')),
  )
  const claimed = verdicts.flatMap(({ row, verdict }) =>
    verdict.kind === 'send'
      ? [{ ...row, address: verdict.address, fence: row.fence + 1, tries: row.tries + 1 }]
      : [],
  )
  return { claimed: await withLinks(trx, claimed, publicUrl), settled: suppressed.length }
}

/** The token is made when its message leaves, so that it lies in no table; a message that goes again carries a new one. */
async function withLinks(trx: Trx, claimed: Claimed[], publicUrl: string | undefined): Promise<Claimed[]> {
  const ids = claimed.filter((one) => one.body.includes(linkPlaceholder)).map((one) => one.id)
  if (ids.length === 0 || publicUrl === undefined) return claimed
  const tokens = await mintTokens(trx, ids)
  return claimed.map((one) => {
    const token = tokens.get(one.id)
    return token === undefined
      ? one
      : { ...one, body: one.body.replaceAll(linkPlaceholder, urlOf(publicUrl, token)) }
  })
}

async function deliver(db: Db, channel: MailChannel, message: Claimed): Promise<void> {
  const result = await channel.send({
    to: message.address,
    subject: message.subject ?? '',
    text: message.body,
    // Stable, so that a mail server or a person reconciling can recognise a repetition.
    messageId: `<careloop-${message.id}-${message.tries}@careloop>`,
  })
  await transaction(db, (trx) => settle(trx, message, result))
}

const kinds = { sent: 'message.sent', failed: 'message.failed', unknown: 'message.unknown' } as const

async function settle(trx: Trx, message: Claimed, result: SendResult): Promise<void> {
  const retry = result.kind === 'refused' && message.tries < maxTries && !result.permanent
  const status =
    result.kind === 'sent' ? 'sent' : result.kind === 'unclear' ? 'unknown' : retry ? 'queued' : 'failed'
  const { rows } = await sql<Told & { person_id: number }>`
    update message set status = ${status}, reason = ${result.kind === 'sent' ? null : result.reason},
      provider_id = ${result.kind === 'sent' ? result.providerId : null}, lease_until = null, fence = fence + 1,
      due_at = case when ${retry} then now() + ${2 ** message.tries * 30} * interval '1 second' else due_at end,
      finished_at = case when ${retry} then null else now() end
    where id = ${message.id} and fence = ${message.fence} and status = 'sending'
    returning id, ${personOfRecord(sql`message.person_id`)} as person_id, person_id as record_id`.execute(trx)
  const [row] = rows
  if (!row || status === 'queued') return
  await recordEvents(trx, [messageEvent(row, kinds[status])])
  await audit(trx, dispatcher, {
    action: 'message.send',
    personId: row.person_id,
    subject: `message:${row.id} ${status}`,
  })
}

/** A message and the record that it is about. */
type Told = { id: number; record_id: number }

function messageEvent(
  row: Told,
  kind: 'message.sent' | 'message.failed' | 'message.suppressed' | 'message.unknown',
) {
  return {
    personId: row.record_id,
    at: new Date(),
    kind,
    source: 'careloop',
    data: { messageId: row.id, channel: 'email' },
  }
}
