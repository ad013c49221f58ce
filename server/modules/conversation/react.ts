import { sql } from 'kysely'
import type { Purpose } from '../../../contract/contact.ts'
import type { ConversationChannel } from '../../../contract/conversation.ts'
import type { Trx } from '../../platform/db.ts'
import { answerOf } from '../appointment/reply.ts'
import type { RecordedEvent } from '../event/event.ts'
import type { registerStray } from '../message/receipt.ts'
import { meaningOf } from '../preference/reply.ts'
import { arrive, personsAt, siteFor } from './arrive.ts'

type Message = {
  id: number
  channel: string
  purpose: Purpose
  subject_kind: string | null
  site_id: number | null
}

const kept: ReadonlySet<string> = new Set(['sms', 'wechat', 'email', 'portal'])
const appointmentSubjects = new Set(['appointment', 'slot-offer'])

/**
 * A reply to a message of ours stands in the inbox, unless all of it was understood already: a word that ends messages (preference/reply.ts), a yes
 * or no about an appointment (appointment/reply.ts).
 */
export async function followConversations(trx: Trx, events: RecordedEvent[]): Promise<void> {
  for (const event of events) {
    if (event.kind !== 'message.replied') continue
    const text = typeof event.data['text'] === 'string' ? event.data['text'] : ''
    const messageId = Number(event.data['messageId'])
    const { rows } = await sql<Message>`
      select m.id, m.channel, m.purpose, m.subject_kind, coalesce(c.site_id, a.site_id) as site_id from message m
      left join conversation c on c.id = case when m.subject_kind = 'conversation' then m.subject_id end
      left join message_account a on a.id = m.account_id where m.id = ${messageId}`.execute(trx)
    const [message] = rows
    if (!message || text.trim() === '' || !kept.has(message.channel)) continue
    if (meaningOf(text, message.purpose) === 'stop') continue
    if (appointmentSubjects.has(message.subject_kind ?? '') && answerOf(text) !== null) continue
    await arrive(trx, null, {
      siteId: message.site_id ?? (await siteFor(trx, event.personId)),
      personId: event.personId,
      channel: message.channel as ConversationChannel,
      text,
      at: event.at,
      key: null,
      messageId: message.id,
    })
  }
}

/** What came from an address that nothing was sent to: a person's, when only one has it, else somebody unknown. */
export const keepStray: Parameters<typeof registerStray>[0] = async (trx, account, reply) => {
  const { channel } = account
  if (!kept.has(channel) || reply.text.trim() === '') return
  const persons = await personsAt(trx, channel as ConversationChannel, reply.from)
  const personId = persons.length === 1 ? (persons[0] ?? null) : null
  await arrive(trx, null, {
    siteId: account.siteId ?? (await siteFor(trx, personId)),
    personId,
    channel: channel as ConversationChannel,
    address: reply.from,
    ...(channel === 'sms' && { statedPhone: reply.from }),
    text: reply.text,
    at: reply.at,
    key: `reply ${account.id} ${reply.key}`,
  })
}
