import { sql } from 'kysely'
import type { Conversation, ConversationMessage, Thread } from '../../../contract/conversation.ts'
import { type Actor, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { maskPhone } from '../person/mask.ts'
import { personWithin } from '../person/scope.ts'
import { filesOf } from './attachment.ts'
import { candidatesOf } from './link.ts'
import { conversationColumns, conversationFrom, viewConversation } from './list.ts'
import { conversationWithin } from './scope.ts'
import { waysOf } from './ways.ts'

/** Messages at once. */
const atOnce = 80

type Row = Parameters<typeof viewConversation>[0] & {
  record_id: number | null
  address: string | null
  stated_phone: string | null
  last_in_at: Date | null
  first_answer_at: Date | null
  closed_at: Date | null
  closed_by_name: string | null
  outcome: Thread['outcome']
  score: number | null
  score_text: string | null
  joined_id: number | null
}

/** One conversation with its latest messages, or those before one. @throws {AppError} forbidden, not-found */
export async function readConversation(
  db: Db,
  actor: Actor,
  id: number,
  before: number | undefined,
): Promise<Thread> {
  const { rows } = await sql<Row>`
    select ${conversationColumns(actor)}, c.person_id as record_id, c.address, c.stated_phone, c.last_in_at, c.first_answer_at, c.closed_at, c.closed_by_name,
      c.outcome, c.score, c.score_text, c.joined_id
    ${conversationFrom} where c.id = ${id} and ${conversationWithin(actor, 'conversation.read')}`.execute(db)
  const row = found(rows[0])
  const messages = await messagesOf(db, id, before)
  await audit(db, actor, {
    action: 'conversation.read',
    personId: row.personId,
    subject: `conversation:${id}`,
    fields: ['messages'],
  })
  const reach = actor.access['person.read']
  const unknown = row.personId === null && row.status !== 'closed'
  const candidates =
    unknown && reach && may(actor, 'conversation.write')
      ? await candidatesOf(db, personWithin(reach, sql`p.id`), row)
      : []
  const ways =
    row.status !== 'closed' && may(actor, 'conversation.write')
      ? await waysOf(db, {
          id,
          site_id: row.siteId,
          person_id: row.record_id,
          channel: row.channel,
          address: row.address,
          subject: row.subject,
          last_in_at: row.last_in_at,
        })
      : []
  const plain: Conversation = viewConversation(columnsOf(row))
  return {
    ...plain,
    statedPhone: row.stated_phone === null ? null : maskPhone(row.stated_phone),
    firstAnswerAt: row.first_answer_at?.toISOString() ?? null,
    closedAt: row.closed_at?.toISOString() ?? null,
    closedByName: row.closed_by_name,
    outcome: row.outcome,
    score: row.score,
    scoreText: row.score_text,
    joinedId: row.joined_id,
    ways,
    candidates,
    messages: messages.slice(-atOnce),
    more: messages.length > atOnce,
  }
}

function columnsOf(row: Row): Parameters<typeof viewConversation>[0] {
  const {
    record_id: _r,
    address: _a,
    stated_phone: _s,
    last_in_at: _l,
    first_answer_at: _f,
    closed_at: _c,
    ...rest
  } = row
  const { closed_by_name: _n, outcome: _o, score: _sc, score_text: _t, joined_id: _j, ...plain } = rest
  return plain
}

type Line = Omit<ConversationMessage, 'at'> & { at: Date }

/** What became of an answer, from the queue, the address of somebody unknown, or the chat. */
const stateOf = sql`case when m.kind <> 'out' or m.channel in ('phone', 'fax', 'visit') then null
  when m.message_id is not null then case q.status when 'queued' then 'queued' when 'sending' then 'queued'
    when 'sent' then case q.delivery when 'undelivered' then 'failed' else coalesce(q.delivery, 'sent') end when 'unknown' then 'unknown' else 'failed' end
  when m.direct_state = 'sending' then 'queued' when m.direct_state is not null then m.direct_state
  else case when exists (select 1 from conversation_visitor v where v.conversation_id = m.conversation_id and v.seen_at > m.at) then 'read' else 'sent' end end`

async function messagesOf(db: Db, id: number, before: number | undefined): Promise<ConversationMessage[]> {
  const { rows } = await sql<Line>`
    select * from (
      select m.id, m.kind, m.channel, m.subject, m.body, m.quoted, m.author_name as "authorName", m.automatic, m.at, ${stateOf} as state,
        coalesce(m.direct_reason, case when q.delivery = 'undelivered' then q.delivery_reason else q.reason end) as reason,
        case when m.draft_edited then 'edited' when m.draft_id is not null then 'accepted' end as draft, ${filesOf} as attachments
      from conversation_message m left join message q on q.id = m.message_id and m.kind = 'out'
      where m.conversation_id = ${id} and ${before === undefined ? sql`true` : sql`m.id < ${before}`}
      order by m.id desc limit ${atOnce + 1}) x order by id`.execute(db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
