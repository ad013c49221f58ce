import { sql } from 'kysely'
import type { ContactChannel, Purpose } from '../../../contract/contact.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { answerOf } from '../appointment/reply.ts'
import { endConsentsTo } from '../contact/consent.ts'
import type { RecordedEvent } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import { setOptOut } from '../person/change.ts'
import { createTasks } from '../task/create.ts'

const receiver = systemActor('system:reply', '消息回复')

/** Replies that end messages, whatever they answer (Advertising Law Art. 43; CTIA and GSMA use the English ones). */
const words = new Set([
  'TD',
  'QX',
  '退订',
  '退訂',
  '取消订阅',
  '取消訂閱',
  '拒收',
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'OPTOUT',
  'OPT-OUT',
])
/** Letters that only advertising offers for it: in reply to a question about a visit, "N" is an answer. */
const letters = new Set(['T', 'N', 'R'])

/** What a reply means: width, case, blanks and punctuation do not count. Pure. */
export function meaningOf(text: string, purpose: Purpose): 'stop' | 'other' {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Cf}。.!！,，"“”'‘’【】[\]()（）:：;；~～]/gu, '')
  return words.has(plain) || (purpose === 'marketing' && letters.has(plain)) ? 'stop' : 'other'
}

/**
 * What follows from a reply:
 *
 * | reply | to a message for | follows                                                      |
 * | ----- | ---------------- | ------------------------------------------------------------ |
 * | stop  | marketing        | no advertising by this channel                               |
 * | stop  | service          | no service messages and no advertising by this channel       |
 * | stop  | care             | no advertising by this channel; the service centre asks back |
 * | other | of a pathway     | the service centre answers                                   |
 *
 * Nobody is sent a confirmation: who has had enough gets no more.
 */
export async function followReplies(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const replies = events.filter((one) => one.kind === 'message.replied')
  if (replies.length === 0) return
  const { rows } = await sql<Message>`
    select m.id, m.subject_kind, m.person_id as record_id, ${personOfRecord(sql`m.person_id`)} as person_id, m.channel, m.purpose, m.enrollment_id, w.name as pathway,
      coalesce(n.site_id, e.site_id, f.site_id, (select min(id) from site having count(*) = 1)) as site_id
    from message m left join enrollment e on e.id = m.enrollment_id left join pathway w on w.id = e.pathway_id
    left join encounter n on n.id = case when m.subject_kind = 'encounter' then m.subject_id else e.encounter_id end
    left join person_facts f on f.person_id = ${personOfRecord(sql`m.person_id`)}
    where m.id = any(${replies.map((one) => Number(one.data['messageId']))}::bigint[])`.execute(trx)
  const messages = new Map(rows.map((row) => [row.id, row]))
  for (const reply of replies) {
    const message = messages.get(Number(reply.data['messageId']))
    if (!message) continue
    const text = typeof reply.data['text'] === 'string' ? reply.data['text'] : ''
    const stop = meaningOf(text, message.purpose) === 'stop'
    if (stop) await stopMessages(trx, message)
    // A yes or no about an appointment is followed there.
    if (appointmentSubjects.has(message.subject_kind ?? '') && answerOf(text) !== null) continue
    if (message.site_id !== null && (stop ? message.purpose === 'clinical' : message.enrollment_id !== null))
      await ask(trx, message, message.site_id, text)
  }
}

const appointmentSubjects = new Set(['appointment', 'slot-offer'])

type Message = {
  id: number
  subject_kind: string | null
  record_id: number
  person_id: number
  channel: ContactChannel
  purpose: Purpose
  enrollment_id: number | null
  pathway: string | null
  site_id: number | null
}

async function stopMessages(trx: Trx, { id, person_id: personId, channel, purpose }: Message): Promise<void> {
  const reason = 'replied to a message'
  const ended: Purpose[] = purpose === 'service' ? ['service', 'marketing'] : ['marketing']
  for (const one of ended)
    await setOptOut(trx, receiver, personId, { channel, purpose: one, active: true, reason })
  await endConsentsTo(trx, receiver, personId, 'marketing', channel, reason)
  await audit(trx, receiver, { action: 'preference.reply', personId, subject: `message:${id} ${channel}` })
}

/** One task for each message, however often the person writes. */
async function ask(trx: Trx, message: Message, siteId: number, text: string): Promise<void> {
  await createTasks(trx, [
    {
      kind: 'other',
      level: null,
      title: '患者回复了消息',
      description: [message.pathway, text].filter(Boolean).join('：').slice(0, 1000),
      personId: message.record_id,
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `message-reply:${message.id}`,
      place: { siteId, departmentId: null, attendingStaffId: null },
      assignee: 'service-centre',
      priority: 0,
      startAt: new Date(),
      dueAt: new Date(Date.now() + 86_400_000),
      questionnaireVersionId: null,
    },
  ])
}
