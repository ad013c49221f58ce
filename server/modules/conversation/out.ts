import { sql } from 'kysely'
import type { AnswerChannel, ConversationChannel } from '../../../contract/conversation.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { DirectSource } from '../message/direct.ts'
import { queueMessage } from '../message/write.ts'

/** Of a conversation, what sending needs. */
export type Out = {
  id: number
  site_id: number
  person_id: number | null
  channel: ConversationChannel
  address: string | null
  subject: string | null
}

type Sent = { messageId?: number; directState?: 'queued'; sentAt?: Date }

/**
 * Hands a text over for sending: in web chat it is there at once; to a person by the queue of messages and its gate; to somebody unknown by
 * the address from which they wrote.
 * @returns undefined when this channel leads nowhere
 */
export async function sendOut(
  trx: Trx,
  conversation: Out,
  { channel, subject, body }: { channel: AnswerChannel; subject: string | null; body: string },
): Promise<Sent | undefined> {
  if (channel === 'web-chat') return { sentAt: new Date() }
  if (conversation.person_id !== null)
    return {
      messageId: await queueMessage(trx, {
        personId: conversation.person_id,
        channel,
        purpose: 'service',
        subject: channel === 'email' ? subject : null,
        body,
        about: { kind: 'conversation', id: conversation.id },
      }),
    }
  if (conversation.address === null || conversation.channel !== channel) return undefined
  wakeLoop('message')
  return { directState: 'queued' }
}

type Due = { id: number; address: string; subject: string | null; body: string }

/** Answers to people who are no person here; one that broke off half-way is not sent twice but shown as unclear. */
export const directAnswers: DirectSource = {
  channels: ['sms', 'email', 'wechat'],
  async take(db, { channel, siteId, except }) {
    const { rows } = await sql<Due>`
      with lapsed as (
        update conversation_message set direct_state = 'unknown', direct_reason = 'The process ended while sending'
        where direct_state = 'sending' and sent_at < now() - interval '10 minutes'
      ), due as materialized (
        select m.id, c.address, coalesce(m.subject, c.subject) as subject from conversation_message m join conversation c on c.id = m.conversation_id
        where m.direct_state = 'queued' and m.channel = ${channel} and c.address is not null
          and ${siteId === null ? sql`c.site_id <> all(${except}::int[])` : sql`c.site_id = ${siteId}`}
        order by m.id limit 50 for update of m skip locked)
      update conversation_message m set direct_state = 'sending', sent_at = now() from due where m.id = due.id
      returning m.id, due.address, due.subject, m.body`.execute(db)
    return rows.map((row) => ({
      id: `c${row.id}`,
      address: row.address,
      ...(channel === 'email' && row.subject !== null && { subject: row.subject }),
      body: row.body,
      template: null,
    }))
  },
  refused: () => Promise.resolve(),
  async settled(db: Db, accountId, results) {
    const stateOf = { sent: 'sent', unclear: 'unknown', refused: 'failed', unavailable: 'failed' } as const
    await sql`
      update conversation_message m set direct_state = n.state, direct_reason = left(n.reason, 300), direct_account_id = ${accountId}, sent_at = now()
      from unnest(${results.map(({ id }) => Number(id.slice(1)))}::bigint[], ${results.map(({ result }) => stateOf[result.kind])}::text[],
        ${results.map(({ result }) => ('reason' in result ? result.reason : null))}::text[]) as n(id, state, reason)
      where m.id = n.id`.execute(db)
  },
}
