import { sql } from 'kysely'
import type { ProofClass } from '../../../contract/task.ts'
import type { Trx } from '../../platform/db.ts'
import type { AnyEvent } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { settingSql } from '../setting/setting.ts'
import { setProof } from './transition.ts'

/** What is known about a finished result, for {@link proofOf}. */
export type ProofRows = {
  /** The contact that ended the task; null when there was none. */
  contact: { channel: string; at: Date; recordedAt: Date; durationSeconds: number | null } | null
  /** Kinds of evidence added and not withdrawn. */
  evidence: ('call-record' | 'reply' | 'visit-note' | 'document')[]
  /** Questionnaires about this stay that the person answered without staff. */
  ownResponses: number
}

/** Only a result of a contact can be proven: a finished task, not a decision at the desk. */
export const isProvable = (task: { status: string; kind: string; person_id: number | null }) =>
  task.status === 'completed' && task.person_id !== null && task.kind !== 'spot-check-review'

/** A call whose result was recorded at once; calls registered later have no measured duration. */
const liveSeconds = 60

/** Whether the desk itself timed this contact as a call of at least so many seconds; in less nobody is asked anything. */
export function isTimedCall(contact: ProofRows['contact'], least: number): boolean {
  return (
    contact !== null &&
    ['phone', 'video'].includes(contact.channel) &&
    (contact.durationSeconds ?? 0) >= Math.max(1, least) &&
    Math.abs(contact.recordedAt.getTime() - contact.at.getTime()) <= liveSeconds * 1000
  )
}

/**
 * Class of proof of a result, the strongest first: a call record, the person's own reply, a visit note with place and time, a document.
 * None of these: only stated.
 * @param shortCall seconds below which a timed call is none
 */
export function proofOf({ contact, evidence, ownResponses }: ProofRows, shortCall: number): ProofClass {
  if (evidence.includes('call-record') || isTimedCall(contact, shortCall)) return 'call-record'
  if (evidence.includes('reply') || ownResponses > 0) return 'reply'
  if (evidence.includes('visit-note')) return 'visit-note'
  return evidence.includes('document') ? 'document' : 'stated'
}

/**
 * Questionnaires that the person answered alone and nobody changed since, or that contain the person's own picture: of task `t`, or about
 * the same stay while the task was open.
 */
export const ownResponsesOf = sql`
  select r.id, r.updated_at from questionnaire_response r
  where r.person_id = any(${recordsOf(personOfRecord(sql`t.person_id`))}) and r.status = 'completed' and (r.source = 'person' or exists (
      select 1 from questionnaire_photo f where f.task_id = r.task_id and f.source = 'person' and r.answers -> f.link_id ? f.key))
    and (r.task_id = t.id or (r.encounter_id = t.encounter_id and r.updated_at >= t.start_at
      and (t.completed_at is null or r.updated_at <= t.completed_at)))`

type Row = {
  id: number
  open: boolean
  channel: string | null
  at: Date
  recorded_at: Date
  duration_seconds: number | null
  evidence: ProofRows['evidence']
  own: number
  short_call: number
}

/** Recomputes the class of proof of these tasks; open tasks have none. */
export async function refreshProof(trx: Trx, taskIds: number[]): Promise<void> {
  if (taskIds.length === 0) return
  const { rows } = await sql<Row>`
    select t.id, t.status <> 'completed' or t.kind = 'spot-check-review' or t.person_id is null as open, a.channel, a.at, a.recorded_at, a.duration_seconds,
      array(select e.kind from task_evidence e where e.task_id = t.id and e.withdrawn_at is null
        and (e.attempt_id is null or e.attempt_id = a.id)) as evidence,
      (select count(*) from (${ownResponsesOf}) own) as own,
      (${settingSql('spot-check.short-call-seconds', sql`t.site_id`)})::int as short_call
    from task t left join lateral (select * from task_attempt x where x.task_id = t.id order by x.number desc limit 1) a on true
    where t.id = any(${taskIds}::bigint[])`.execute(trx)
  await setProof(
    trx,
    rows.map((row) => ({
      id: row.id,
      proof: row.open
        ? null
        : proofOf(
            {
              contact: row.channel === null ? null : contactOf(row, row.channel),
              evidence: row.evidence,
              ownResponses: row.own,
            },
            row.short_call,
          ),
    })),
  )
}

const contactOf = (row: Row, channel: string) => ({
  channel,
  at: row.at,
  recordedAt: row.recorded_at,
  durationSeconds: row.duration_seconds,
})

/** Keeps `task.proof` true as results and answers come. */
export async function keepProof(trx: Trx, events: AnyEvent[]): Promise<void> {
  const of = (...kinds: string[]) => events.filter((event) => kinds.includes(event.kind))
  const tasks = of('task.completed', 'task.reopened', 'questionnaire.completed').flatMap(
    (event) => event.taskId ?? [],
  )
  // A person's answers about a stay may prove a result that was only stated.
  const stays = of('questionnaire.completed').flatMap((event) =>
    event.source === 'person' ? (event.encounterId ?? []) : [],
  )
  if (stays.length > 0) {
    const { rows } = await sql<{ id: number }>`
      select id from task where encounter_id = any(${stays}::bigint[]) and status = 'completed'`.execute(trx)
    tasks.push(...rows.map((row) => row.id))
  }
  await refreshProof(trx, [...new Set(tasks)])
}
