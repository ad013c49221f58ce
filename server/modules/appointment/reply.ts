import { sql } from 'kysely'
import { personLinkActor } from '../../platform/outside-actor.ts'
import { isTransient, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { RecordedEvent } from '../event/event.ts'
import { answer } from './link.ts'

/** What a reply to a message about an appointment means: 1, Y, 确认 … or 2, N, 取消 …; null: something else. Width and blanks do not count. */
export function answerOf(text: string): 'yes' | 'no' | null {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{P}]/gu, '')
  if (/^(1|Y|YES|是|好|好的|确认|確認|会来|會來|要|可以|来|來)$/.test(plain)) return 'yes'
  return /^(2|N|NO|否|不|不来|不來|取消|不要|不能来|無法前來|无法前来)$/.test(plain) ? 'no' : null
}

/** A reply confirms or cancels the appointment, takes or leaves the slot that its message was about. What is over by now stays as it is. */
export async function followAppointmentReplies(trx: Trx, events: RecordedEvent[]): Promise<void> {
  for (const event of events) {
    if (event.kind !== 'message.replied') continue
    const said = answerOf(typeof event.data['text'] === 'string' ? event.data['text'] : '')
    if (said === null) continue
    const { rows } = await sql<{ kind: string; id: number }>`
      select subject_kind as kind, subject_id as id from message where id = ${Number(event.data['messageId'])}
        and subject_kind in ('appointment', 'slot-offer')`.execute(trx)
    const [subject] = rows
    if (!subject) continue
    const actor = personLinkActor(
      `reply:${String(event.data['messageId'])}`,
      '本人（回复消息）',
      event.personId,
      null,
      ['person.read', 'appointment.write'],
    )
    const isOffer = subject.kind === 'slot-offer'
    const act = isOffer ? (said === 'yes' ? 'accept' : 'decline') : said === 'yes' ? 'confirm' : 'cancel'
    await sql`savepoint answer`.execute(trx)
    try {
      await answer(trx, actor, { kind: isOffer ? 'offer' : 'appointment', id: subject.id }, act)
    } catch (error) {
      if (isTransient(error) || !(error instanceof AppError)) throw error
      await sql`rollback to savepoint answer`.execute(trx)
    }
  }
}
