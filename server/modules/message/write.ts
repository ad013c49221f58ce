import { sql } from 'kysely'
import type { Purpose } from '../../../contract/contact.ts'
import type { MessageChannel, WrittenChannel } from '../../../contract/message.ts'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { bestTimes } from '../contact/hour.ts'
import { routeOf, siteOf } from './routing.ts'

/*
 * All writes to the table `message`, except sending (dispatch.ts). Messages are rows of one state machine: queued → sending → sent, failed
 * or unknown; or suppressed, by the gate or because their cause has ended.
 */

/** A finished text but for what sending fills in. */
export type MessageText = { subject: string | null; body: string; later: number[] }
export type MessageTexts = Partial<Record<MessageChannel, MessageText>>

export type NewMessage = {
  /** The recipient: a person or record. */
  personId: number
  /** `preferred`: what reaches the person, see routing.ts. */
  channel: WrittenChannel
  purpose: Purpose
  subject: string | null
  body: string
  /** Code and values of the template, for providers that keep the text themselves. */
  template?: { code: string; values: Record<string, string> }
  /** Places in the body that sending fills in, as `render` returns them; whatever else stands there goes out as it is. */
  later?: number[]
  /** Of a template: by channel, while the channel is not known; the chosen one becomes subject, body and places. */
  texts?: MessageTexts
  /** The pathway step it comes from; a repeated step and attempt writes nothing. */
  step?: { enrollmentId: number; key: string; attempt?: number }
  /** Its subject, such as an encounter. */
  about?: { kind: string; id: number }
  /** Goes out whatever the gate says, except to the dead. */
  emergency?: boolean
  /** Not before; left out: at once. */
  dueAt?: Date
  /** Not before the hour in which the person answers best, where that is known; of nothing clinical. */
  bestHour?: boolean
}

/** @returns ids in the given order; null for one that a pathway step had already written */
export async function queueMessages(trx: Trx, messages: NewMessage[]): Promise<(number | null)[]> {
  if (messages.length === 0) return []
  const waits = (one: NewMessage) => one.bestHour === true && one.purpose !== 'clinical'
  const best = await bestTimes(
    trx,
    messages.filter(waits).map((one) => one.personId),
    new Date(),
  )
  const dueOf = (one: NewMessage) => (waits(one) ? best.get(one.personId) : undefined) ?? one.dueAt ?? null
  const { rows } = await sql<{ id: number; made: boolean }>`
    with w as materialized (
      select nextval('message_id_seq') as id, u.*, u.channel = 'preferred' as preferred from unnest(
        ${messages.map((one) => one.step?.enrollmentId ?? null)}::bigint[], ${messages.map((one) => one.step?.key ?? null)}::text[],
        ${messages.map((one) => one.step?.attempt ?? 1)}::smallint[], ${messages.map((one) => one.personId)}::bigint[],
        ${messages.map((one) => one.channel)}::text[], ${messages.map((one) => one.purpose)}::text[],
        ${messages.map((one) => one.subject)}::text[], ${messages.map((one) => one.body)}::text[],
        ${messages.map((one) => one.about?.kind ?? null)}::text[], ${messages.map((one) => one.about?.id ?? null)}::bigint[],
        ${messages.map(dueOf)}::timestamptz[],
        ${messages.map((one) => `{${(one.later ?? []).join(',')}}`)}::text[],
        ${messages.map((one) => (one.template ? JSON.stringify(one.template) : null))}::jsonb[],
        ${messages.map((one) => (one.texts ? JSON.stringify(one.texts) : null))}::jsonb[],
        ${messages.map((one) => one.emergency ?? false)}::boolean[]
      ) with ordinality as u(enrollment_id, step_key, attempt, person_id, channel, purpose, subject, body, subject_kind, subject_id, due_at, placeholder_at, template, texts, emergency, nr)
    ), made as (
      insert into message (id, enrollment_id, step_key, attempt, person_id, channel, purpose, subject, body, subject_kind, subject_id, due_at,
        placeholder_at, template, texts, emergency, preferred, account_id, fallbacks, pathway_id)
      select w.id, w.enrollment_id, w.step_key, w.attempt, w.person_id, r.channel, w.purpose, w.subject, w.body, w.subject_kind, w.subject_id,
        coalesce(w.due_at, now()), w.placeholder_at::int[], w.template, w.texts, w.emergency, w.preferred, r.account_id, r.fallbacks,
        (select e.pathway_id from enrollment e where e.id = w.enrollment_id and e.variant is not null)
      from w cross join lateral ${siteOf} s cross join lateral ${routeOf} r order by w.nr
      on conflict (enrollment_id, step_key, attempt) do nothing returning id
    )
    select w.id, exists (select 1 from made where made.id = w.id) as made from w order by w.nr`.execute(trx)
  wakeLoop('message')
  return rows.map((row) => (row.made ? row.id : null))
}

/** A message written by hand. */
export async function queueMessage(trx: Trx, message: Omit<NewMessage, 'step'>): Promise<number> {
  const [id] = await queueMessages(trx, [message])
  if (typeof id !== 'number') throw new Error('a message without a step is always written')
  return id
}

export type WithheldMessage = {
  id: number
  person_id: number
  enrollment_id: number
  channel: MessageChannel
}

/** Suppresses the unsent messages of these enrolments. The caller records the events. */
export async function withholdMessages(trx: Trx, enrollmentIds: number[]): Promise<WithheldMessage[]> {
  const { rows } = await sql<WithheldMessage>`
    update message set status = 'suppressed', reason = 'enrollment-stopped', finished_at = now()
    where enrollment_id = any(${enrollmentIds}::bigint[]) and status = 'queued'
    returning id, person_id, enrollment_id, channel`.execute(trx)
  return rows
}

/** Undoes {@link withholdMessages} for enrolments that go on; `endedAt` is when each had been stopped, as the database writes it: a Date has no microseconds. */
export async function requeueMessages(
  trx: Trx,
  enrollments: { id: number; endedAt: string }[],
): Promise<void> {
  if (enrollments.length === 0) return
  await sql`
    update message m set status = 'queued', reason = null, finished_at = null
    from unnest(${enrollments.map((one) => one.id)}::bigint[], ${enrollments.map((one) => one.endedAt)}::timestamptz[]) as w(id, ended_at)
    where m.enrollment_id = w.id and m.status = 'suppressed' and m.reason = 'enrollment-stopped'
      and m.finished_at = w.ended_at`.execute(trx)
  wakeLoop('message')
}

/** Keeps the queued messages of a paused pathway out of the dispatcher's way, or gives them back. */
export async function setMessagesAside(trx: Trx, pathwayId: number, aside: boolean): Promise<void> {
  await sql`
    update message m set paused = ${aside} from enrollment e
    where e.id = m.enrollment_id and e.pathway_id = ${pathwayId} and m.status = 'queued' and m.paused <> ${aside}`.execute(
    trx,
  )
  if (!aside) wakeLoop('message')
}

/** Deletes messages about visits of an undone import; none of them may have been sent. */
export async function removeMessagesOf(trx: Trx, encounterIds: number[]): Promise<void> {
  await sql`
    delete from message m using enrollment n where n.id = m.enrollment_id and n.encounter_id = any(${encounterIds}::bigint[])`.execute(
    trx,
  )
}
