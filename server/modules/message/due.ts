import { sql } from 'kysely'
import type { Purpose } from '../../../contract/contact.ts'
import type { MessageChannel } from '../../../contract/message.ts'
import type { Trx } from '../../platform/db.ts'
import { permit } from '../contact/permit.ts'
import { recordEvents } from '../event/event.ts'
import type { Outgoing } from './channel.ts'
import { takeFromBudget } from './budget.ts'
import { fillPlaceholders, preparePlaceholders } from './placeholder.ts'
import { routeAgain } from './routing.ts'

/** A message that is due, with the text of its channel; `address` once the gate has let it through. */
export type MessageRow = { id: number; record_id: number; channel: MessageChannel }
type Waiting = MessageRow & {
  purpose: Purpose
  subject: string | null
  body: string
  template: Outgoing['template']
  fallbacks: MessageChannel[]
  placeholder_at: number[]
  fence: number
  tries: number
  automatic: boolean
  emergency: boolean
  /** Answers a question of the last 24 hours. */
  replies: boolean
  stopped: boolean
  site_id: number | null
  pathway_id: number | null
}
export type Due = Waiting & { address: string; pathwayId: number | null } & Price

/** What a text costs if it goes out: in parts as the provider counted them, else as it will; `cost` in the currency of the account. */
export type Price = { parts: number | null; cost: number }

/** The text of message `m` for its channel: what goes out is kept on the row. */
const ofChannel = {
  subject: sql`case when m.texts ? m.channel then m.texts -> m.channel ->> 'subject' else m.subject end`,
  body: sql`coalesce(m.texts -> m.channel ->> 'body', m.body)`,
  placeholderAt: sql`case when m.texts ? m.channel then array(
    select place::int from jsonb_array_elements_text(m.texts -> m.channel -> 'later') place) else m.placeholder_at end`,
}
const textColumns = sql`${ofChannel.subject} as subject, ${ofChannel.body} as body, ${ofChannel.placeholderAt} as placeholder_at`

/**
 * Takes due messages of an account and passes the gate: what may go out is `sending` when the transaction ends, the rest is suppressed,
 * waits for its time or for another channel. Paused pathways are left alone.
 * @param most messages at once
 * @param leaseSeconds when sending counts as broken off; null: never, a person says how it went
 * @param priceOf what a text costs on this account; what a budget does not cover is left
 * @param publicUrl public address of this installation; without it no message with a link is taken
 * @returns how many were due, and those that may go out, in order, with their final texts
 */
export async function takeDue(
  trx: Trx,
  wanted: {
    accountId: number
    purpose: Purpose | null
    most: number
    leaseSeconds: number | null
    priceOf: (body: string) => Price
  },
  publicUrl: string | undefined,
): Promise<{ found: number; taken: Due[] }> {
  const { rows } = await sql<Waiting>`
    with due as (
      select * from message where status = 'queued' and not paused and account_id = ${wanted.accountId}
        and ${wanted.purpose === null ? sql`true` : sql`purpose = ${wanted.purpose}`} and due_at <= now()
        and coalesce((select e.pathway_id from enrollment e where e.id = message.enrollment_id) <> all(array(select w.id from pathway w where w.paused_at is not null)), true)
        and coalesce(pathway_id <> all(array(select b.pathway_id from message_budget b where b.exhausted_at is not null)), true)
      order by due_at, id limit ${wanted.most} for update skip locked)
    select m.id, m.person_id as record_id, m.channel, m.purpose, ${textColumns}, m.template, m.fallbacks, m.fence, m.tries, m.enrollment_id is not null as automatic, m.emergency,
      coalesce(e.status = 'stopped', false) as stopped, coalesce(n.site_id, k.site_id) as site_id, m.pathway_id,
      coalesce(k.last_in_at > now() - interval '24 hours', false) as replies
    from due m left join enrollment e on e.id = m.enrollment_id
    left join encounter n on n.id = case when m.subject_kind = 'encounter' then m.subject_id else e.encounter_id end
    left join conversation k on k.id = case when m.subject_kind = 'conversation' then m.subject_id end
    order by m.due_at, m.id`.execute(trx)
  if (rows.length === 0) return { found: 0, taken: [] }
  const verdicts = await verdictsOf(trx, rows, publicUrl)
  await sql`
    update message m set status = n.status, reason = n.reason, address = n.address, due_at = coalesce(n.due_at, m.due_at),
      lease_until = case when n.status = 'sending' then now() + ${wanted.leaseSeconds}::int * interval '1 second' end,
      fence = m.fence + 1, tries = m.tries + case when n.status = 'sending' then 1 else 0 end,
      finished_at = case when n.status = 'suppressed' then now() end,
      subject = case when n.status = 'sending' then ${ofChannel.subject} else m.subject end,
      body = case when n.status = 'sending' then ${ofChannel.body} else m.body end,
      placeholder_at = case when n.status = 'sending' then ${ofChannel.placeholderAt} else m.placeholder_at end,
      texts = case when n.status <> 'sending' then m.texts end,
      channel = coalesce(n.channel, m.channel), fallbacks = case when n.channel is null then m.fallbacks else m.fallbacks[2:] end
    from unnest(
      ${verdicts.map(({ row }) => row.id)}::bigint[], ${verdicts.map(({ status }) => status)}::text[],
      ${verdicts.map(({ reason }) => reason ?? null)}::text[], ${verdicts.map(({ address }) => address ?? null)}::text[],
      ${verdicts.map(({ later }) => later ?? null)}::timestamptz[], ${verdicts.map(({ next }) => next ?? null)}::text[]
    ) as n(id, status, reason, address, due_at, channel)
    where m.id = n.id`.execute(trx)
  await routeAgain(
    trx,
    verdicts.flatMap(({ row, next }) => (next === undefined ? [] : [row.id])),
  )
  await recordEvents(
    trx,
    verdicts
      .filter(({ status }) => status === 'suppressed')
      .map(({ row }) => messageEvent(row, 'message.suppressed')),
  )
  const sending = verdicts.flatMap(({ row, address }) =>
    address === undefined ? [] : [{ ...row, address, fence: row.fence + 1, tries: row.tries + 1 }],
  )
  const filled = await fillPlaceholders(trx, sending, publicUrl)
  const taken = filled.map((one) => ({ ...one, ...wanted.priceOf(one.body), pathwayId: one.pathway_id }))
  const left = await takeFromBudget(trx, taken)
  if (left.size > 0)
    await sql`
      update message set status = 'queued', address = null, lease_until = null, fence = fence + 1, tries = tries - 1
      where id = any(${[...left].map((one) => one.id)}::bigint[])`.execute(trx)
  return { found: rows.length, taken: taken.filter((one) => !left.has(one)) }
}

type MessageVerdict = {
  row: Waiting
  status: 'sending' | 'suppressed' | 'queued'
  reason?: string
  address?: string
  later?: Date
  /** The channel that is tried instead. */
  next?: MessageChannel
}

/** What another channel may help with. */
const ofTheChannel: ReadonlySet<string> = new Set(['no-address', 'opted-out'])

/** First drops messages whose cause has ended, so that they count towards no cap; then the gate. */
async function verdictsOf(
  trx: Trx,
  rows: Waiting[],
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
        purpose: row.purpose,
        automatic: row.automatic,
        emergency: row.emergency,
        reply: row.replies,
        siteId: row.site_id,
      })),
  )
  return rows.map((row): MessageVerdict => {
    const reason = dropped.get(row.id)
    if (reason !== undefined) return { row, status: 'suppressed', reason }
    const verdict = permitted.get(row.id)
    if (verdict?.kind === 'permit') return { row, status: 'sending', address: verdict.address }
    if (verdict?.kind === 'later') return { row, status: 'queued', later: verdict.at }
    const refusal = verdict?.reason ?? 'no-address'
    const [next] = ofTheChannel.has(refusal) ? row.fallbacks : []
    return next === undefined
      ? { row, status: 'suppressed', reason: refusal }
      : { row, status: 'queued', reason: refusal, next }
  })
}

/** What happened to a message, for the timeline of its person. */
export function messageEvent(
  row: MessageRow,
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
