import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  AnswerChannel,
  addNote as noteRoute,
  sendAnswer as answerRoute,
} from '../../../contract/conversation.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { arrive } from './arrive.ts'
import { takePending } from './attachment.ts'
import { draftOf } from './draft.ts'
import { writeEntry } from './message.ts'
import { sendOut } from './out.ts'
import { type Locked, lockOpen, tell } from './scope.ts'
import { waysOf } from './ways.ts'

/**
 * Answers by a channel that reaches the person; who answers first has the conversation from then on.
 * @throws {AppError} not-found, already-closed, contact-refused (by this channel), invalid
 */
export async function sendAnswer(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<typeof answerRoute.body>,
): Promise<{ messageId: number }> {
  const conversation = await lockOpen(trx, actor, id)
  const { channel, text, attachments } = input
  const externalKey = input.key === undefined ? null : `answer ${id} ${input.key}`
  const { rows: before } = await sql<{ id: number }>`
    select id from conversation_message where external_key = ${externalKey}`.execute(trx)
  if (before[0]) return { messageId: before[0].id }
  await assertWay(trx, conversation, channel)
  if (attachments.length > 0 && channel !== 'web-chat')
    throw new AppError('invalid', undefined, [
      { path: 'attachments', message: 'can be sent by web chat only' },
    ])
  const draft = await draftOf(trx, actor, id, input.draftId, text)
  const subject = input.subject ?? replySubject(conversation.subject)
  const sent = await sendOut(trx, conversation, { channel, subject, body: text })
  if (!sent) throw new AppError('contact-refused')
  const messageId = await writeEntry(trx, {
    conversationId: id,
    siteId: conversation.site_id,
    kind: 'out',
    channel,
    subject: channel === 'email' ? subject : null,
    body: text,
    authorId: actor.id,
    authorName: actor.name,
    externalKey,
    draft,
    ...sent,
  })
  if (messageId === null) throw new AppError('already-exists')
  await takePending(trx, actor, { id, messageId, keys: attachments })
  await sql`
    update conversation set last_at = now(), waiting_since = null, unread = 0, first_answer_at = coalesce(first_answer_at, now()),
      assignee_id = coalesce(assignee_id, ${actor.userId}), assigned_at = coalesce(assigned_at, now()),
      status = ${input.thenWait ? 'waiting' : 'open'}, snoozed_until = null
    where id = ${id}`.execute(trx)
  await audit(trx, actor, {
    action: 'conversation.answer',
    personId: conversation.person_id,
    subject: `conversation:${id} ${channel}`,
  })
  await tell(trx, conversation)
  return { messageId }
}

function replySubject(subject: string | null): string {
  if (subject === null) return '回复您的咨询'
  return /^(re|回复|回覆|答复)\s*[:：]/i.test(subject) ? subject : `Re: ${subject}`
}

/** @throws {AppError} contact-refused */
async function assertWay(trx: Trx, conversation: Locked, channel: AnswerChannel): Promise<void> {
  const { rows } = await sql<{ last_in_at: Date | null }>`
    select last_in_at from conversation where id = ${conversation.id}`.execute(trx)
  const ways = await waysOf(trx, { ...conversation, last_in_at: rows[0]?.last_in_at ?? null })
  const way = ways.find((one) => one.channel === channel)
  if (!way || way.refused !== null) throw new AppError('contact-refused')
}

/**
 * Sends again what certainly did not go out. What is unclear is left alone: nobody is written to twice on a guess.
 * @throws {AppError} not-found, already-closed, cannot-undo when it is not known to have failed
 */
export async function retryAnswer(trx: Trx, actor: Actor, id: number, messageId: number): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  const { rows } = await sql<{
    channel: AnswerChannel
    subject: string | null
    body: string
    direct_state: string | null
    status: string | null
    delivery: string | null
  }>`
    select m.channel, m.subject, m.body, m.direct_state, q.status, q.delivery from conversation_message m left join message q on q.id = m.message_id
    where m.id = ${messageId} and m.conversation_id = ${id} and m.kind = 'out' for update of m`.execute(trx)
  const row = found(rows[0])
  const failed =
    row.direct_state === 'failed' ||
    ['failed', 'suppressed'].includes(row.status ?? '') ||
    row.delivery === 'undelivered'
  if (!failed) throw new AppError('not-failed')
  await assertWay(trx, conversation, row.channel)
  const sent = await sendOut(trx, conversation, row)
  if (!sent) throw new AppError('contact-refused')
  await sql`
    update conversation_message set message_id = ${sent.messageId ?? null}::bigint, direct_state = ${sent.directState ?? null}, direct_reason = null
    where id = ${messageId}`.execute(trx)
  await audit(trx, actor, {
    action: 'conversation.retry',
    personId: conversation.person_id,
    subject: `conversation:${id} message:${messageId}`,
  })
  wakeLoop('message')
  await tell(trx, conversation)
}

/** A note for colleagues; or what was said on the telephone, at the counter or by fax, by the person or to them. */
export async function addNote(
  trx: Trx,
  actor: Actor,
  id: number,
  { text, channel, by, draftId }: z.output<typeof noteRoute.body>,
): Promise<{ messageId: number }> {
  const conversation = await lockOpen(trx, actor, id)
  await audit(trx, actor, {
    action: 'conversation.note',
    personId: conversation.person_id,
    subject: `conversation:${id}`,
  })
  if (channel !== undefined && by === 'person') {
    const kept = await arrive(trx, null, {
      siteId: conversation.site_id,
      personId: conversation.person_id,
      conversationId: id,
      channel,
      text,
      key: null,
      by: { id: actor.id, name: actor.name },
    })
    return { messageId: kept?.messageId ?? 0 }
  }
  const messageId = await writeEntry(trx, {
    conversationId: id,
    siteId: conversation.site_id,
    kind: channel === undefined ? 'note' : 'out',
    channel: channel ?? null,
    body: text,
    authorId: actor.id,
    authorName: actor.name,
    draft: await draftOf(trx, actor, id, draftId, text),
    sentAt: channel === undefined ? null : new Date(),
  })
  await sql`
    update conversation set last_at = now(),
      waiting_since = case when ${channel === undefined} then waiting_since end,
      first_answer_at = case when ${channel === undefined} then first_answer_at else coalesce(first_answer_at, now()) end
    where id = ${id}`.execute(trx)
  await tell(trx, conversation)
  return { messageId: messageId ?? 0 }
}
