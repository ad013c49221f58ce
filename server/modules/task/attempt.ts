import { sql } from 'kysely'
import type { z } from 'zod'
import type { Answers } from '../../../contract/questionnaire.ts'
import { type GivenAnswers, type Outcome, redFlagOutcomes } from '../../../contract/task.ts'
import type { MachineReason } from '../../../contract/voice.ts'
import { type recordAttempt as recordRoute } from '../../../contract/task-result.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { recordOptOut } from '../person/opt-out.ts'
import { markWrongPhone, markWrongRelative } from '../person/wrong-number.ts'
import { recordsOf } from '../event/record.ts'
import { staffSource, stateByStaff } from '../person/staff.ts'
import { readSettings } from '../setting/setting.ts'
import { storeAnswers } from './answers.ts'
import { insertEvidence } from './evidence.ts'
import { writeContact } from './contact.ts'
import type { PersonTask } from './list.ts'
import { letterNumber } from './letter.ts'
import { type NextAttempt, nextAttemptAfter } from './next-attempt.ts'
import { loadPersonTask } from './task.ts'
import { askedBy, storeResponse } from './response.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import {
  closeTasks,
  completedEvent,
  leaveToPeople,
  postpone,
  prolongHold,
  type Result,
} from './transition.ts'

export type AttemptInput = z.output<(typeof recordRoute)['body']>

/** The relative who was called instead of the person. */
type Callee = { id: number; relation: string; name: string }
type Contact = AttemptInput & { callee: Callee | null }

/**
 * Records how a contact ended: closes the task or plans the next attempt, raises red flags, resumes the pathway, all in one transaction.
 * Repeating an idempotency key changes nothing.
 * @throws {AppError} not-found, not-held, already-closed, invalid
 */
export async function recordAttempt(trx: Trx, actor: Actor, id: number, input: AttemptInput): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', id)
  if (input.idempotencyKey && (await alreadyRecorded(trx, id, input.idempotencyKey))) return
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  if (task.kind !== 'red-flag' && redFlagOutcomes.some((one) => one === input.outcome))
    throw new AppError('invalid', undefined, [{ path: 'outcome', message: 'is one of red flags only' }])
  const number = task.attempts + 1
  const at = contactTime(task, input.occurredAt)
  await storeAnswers(trx, actor, task, input.answers, input.outcome === 'done', at, input.basedOn)
  const callee = await calleeOf(trx, task, input.relationshipId)
  if (input.outcome === 'wrong-number') await markWrong(trx, actor, task, callee, input.telecomId)
  const plan = await nextAttemptAfter(trx, task, input, at)
  await closeOrPlan(trx, actor, 'staff', task, number, { ...input, callee }, plan, at)
}

/** Closes a task that asks only for answers once the person submitted them. @param task locked, open, with its answers stored */
export async function completeByPerson(trx: Trx, actor: Actor, task: PersonTask): Promise<void> {
  const input: Contact = { outcome: 'done', channel: 'other', optOut: false, callee: null }
  const plan: NextAttempt = { closes: true, nextAttemptAt: null, ladderStep: task.ladder_step }
  await closeOrPlan(trx, actor, 'person', task, task.attempts + 1, input, plan, new Date())
}

/** How a call of the machine ended, for {@link recordByMachine}. */
export type MachineCall = {
  /** `call-back`: reached, and a person goes on. */
  outcome: Extract<Outcome, 'done' | 'unreached' | 'call-back'>
  answers: Answers
  given?: GivenAnswers | undefined
  note: string
  durationSeconds: number | null
  /** The number of the call in the telephone system. */
  reference: string
  at: Date
  /** The machine makes no further call; left out: the next one by the ladder is its own again. */
  leave?: { why: MachineReason; urgent: boolean }
}

/**
 * Records a call of the machine: the answers as the person's own, a finished one with the call as its proof.
 * @returns whether the task was still open and nobody else's
 */
export async function recordByMachine(
  trx: Trx,
  actor: Actor,
  id: number,
  call: MachineCall,
): Promise<boolean> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(task.status)) return false
  if (
    task.held_by !== null &&
    task.held_by !== actor.id &&
    task.held_until !== null &&
    task.held_until > new Date()
  )
    return false
  if (Object.keys(call.answers).length > 0) await storeSpoken(trx, actor, task, call, call.outcome === 'done')
  const done = call.outcome === 'done'
  const input: Contact = {
    outcome: call.outcome,
    channel: 'phone',
    note: call.note,
    optOut: false,
    callee: null,
    ...(call.durationSeconds !== null && { durationSeconds: call.durationSeconds }),
    ...(call.outcome === 'call-back' && { callBackAt: new Date(Date.now() + 1000).toISOString() }),
    ...(done && { evidence: { kind: 'call-record' as const, reference: call.reference } }),
    idempotencyKey: call.reference,
  }
  const plan = await nextAttemptAfter(trx, task, input, call.at)
  await closeOrPlan(trx, actor, 'person', task, task.attempts + 1, input, plan, call.at)
  if (call.leave) await leaveToPeople(trx, [id], call.leave)
  return true
}

/** Stores what a person said to the machine and raises red flags at once. @throws {AppError} invalid, naming each question */
export async function storeSpoken(
  trx: Trx,
  actor: Actor,
  task: PersonTask,
  { answers, given }: Pick<MachineCall, 'answers' | 'given'>,
  complete: boolean,
): Promise<void> {
  if (task.questionnaire_version_id === null) return
  const questionnaire = await getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
  await storeResponse(trx, actor, askedBy(task), questionnaire, answers, {
    complete,
    at: new Date(),
    source: 'person',
    channel: 'voice',
    given,
  })
}

/** All effects of a contact. */
async function closeOrPlan(
  trx: Trx,
  actor: Actor,
  source: 'staff' | 'person',
  task: PersonTask,
  number: number,
  input: Contact,
  plan: NextAttempt,
  at: Date,
): Promise<void> {
  const attemptId = await insertAttempt(trx, actor, task, number, input, at)
  // A letter is proven by its number.
  const evidence =
    input.evidence ??
    (input.channel === 'letter' ? { kind: 'document' as const, reference: letterNumber(task) } : undefined)
  if (evidence) await insertEvidence(trx, actor, task, evidence, attemptId)
  await writeContact(trx, task.id, {
    attempts: number,
    ladderStep: plan.ladderStep,
    ladderStepFrom: plan.ladderStep === task.ladder_step ? task.ladder_step_from : number,
  })
  const reached = task.reached || reachedOutcomes.has(input.outcome)
  const result: Result = { outcome: input.outcome, reached, at, actorId: actor.id, source }
  const closed = plan.closes ? await closeTasks(trx, sql`t.id = ${task.id}`, result) : []
  if (!plan.closes) await postpone(trx, task.id, { until: plan.nextAttemptAt, reached })
  const [contact, ...others] = await eventsOf(trx, actor, source, task, number, input, at)
  await recordEvents(trx, [
    ...(contact ? [contact] : []),
    ...closed.map((row) => completedEvent(row, result)),
    ...others,
  ])
  await audit(trx, actor, {
    action: 'task.attempt',
    personId: task.person_id,
    subject: `task:${task.id} ${input.outcome}`,
    fields: ['outcome', ...(input.answers ? ['answers'] : []), ...(input.note ? ['note'] : [])],
  })
}

/**
 * Results registered later from paper count at the time of the contact; the row also keeps when they were recorded.
 * @throws {AppError} invalid when that time cannot be true
 */
function contactTime(task: PersonTask, occurredAt: string | undefined): Date {
  const now = new Date()
  if (occurredAt === undefined) return now
  const at = new Date(occurredAt)
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'occurredAt', message }])
  if (at.getTime() > now.getTime() + 60_000) throw wrong('lies in the future')
  if (task.discharged_at !== null && at < task.discharged_at) throw wrong('lies before the discharge')
  return at
}

/** @throws {AppError} not-held */
export function assertHeld(task: Pick<PersonTask, 'held_by' | 'held_until'>, actor: Actor): void {
  const held = task.held_by === actor.id && task.held_until !== null && task.held_until > new Date()
  if (!held) throw new AppError('not-held')
}

async function alreadyRecorded(trx: Trx, id: number, key: string): Promise<boolean> {
  const known = await trx
    .selectFrom('task_attempt')
    .select('id')
    .where('task_id', '=', id)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return known !== undefined
}

/** @throws {AppError} invalid when this is no relative of the person */
async function calleeOf(trx: Trx, task: PersonTask, id: number | undefined): Promise<Callee | null> {
  if (id === undefined) return null
  const { rows } = await sql<Callee>`
    select id, relation, name from person_relationship where id = ${id} and person_id = any(${recordsOf(sql`${task.person_id}`)})`.execute(
    trx,
  )
  const row = rows[0]
  if (!row)
    throw new AppError('invalid', undefined, [
      { path: 'relationshipId', message: 'is not a relative of this person' },
    ])
  return row
}

/** Marks the dialled number, else the one on the card or the relative's, as wrong. @throws {AppError} invalid */
async function markWrong(
  trx: Trx,
  actor: Actor,
  task: PersonTask,
  callee: Callee | null,
  telecomId: number | undefined,
): Promise<void> {
  if (callee) await markWrongRelative(trx, callee.id)
  else if (!(await markWrongPhone(trx, task, telecomId ?? null, staffSource(actor)))) {
    if (telecomId === undefined) return
    throw new AppError('invalid', undefined, [
      { path: 'telecomId', message: 'is not a telephone number of this person' },
    ])
  }
  await audit(trx, actor, {
    action: 'person.update',
    personId: task.person_id,
    fields: [callee ? 'relationships' : 'phone'],
    reason: 'wrong-number',
  })
}

async function insertAttempt(
  trx: Trx,
  actor: Actor,
  task: PersonTask,
  number: number,
  input: Contact,
  at: Date,
): Promise<number> {
  const { id } = await trx
    .insertInto('task_attempt')
    .values({
      task_id: task.id,
      number,
      at,
      user_id: actor.id,
      user_name: actor.name,
      channel: input.channel,
      ladder_step: task.ladder_step === 'lost' ? 'letter' : task.ladder_step,
      outcome: input.outcome,
      note: input.note ?? null,
      call_back_at: input.callBackAt ?? null,
      duration_seconds: input.durationSeconds ?? null,
      relationship_id: input.callee?.id ?? null,
      callee_name: input.callee?.name ?? null,
      callee_relation: input.callee?.relation ?? null,
      idempotency_key: input.idempotencyKey ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const reachedOutcomes = new Set<Outcome>([
  'done',
  'refused',
  'call-back',
  'deceased',
  'readmitted',
  'other',
  ...redFlagOutcomes,
])

async function eventsOf(
  trx: Trx,
  actor: Actor,
  source: 'staff' | 'person',
  task: PersonTask,
  number: number,
  input: Contact,
  at: Date,
): Promise<NewEvent[]> {
  const base = {
    personId: task.person_id,
    at,
    source,
    actorId: actor.id,
    encounterId: task.encounter_id,
    taskId: task.id,
  }
  const data = {
    outcome: input.outcome,
    channel: input.channel,
    number,
    level: task.level,
    enrollmentId: task.enrollment_id,
  }
  const events: NewEvent[] = [{ ...base, kind: 'contact.attempted', data }]
  if (input.outcome === 'deceased') {
    const changed = await stateByStaff(trx, actor, task.record_id, { deceased: 'true' })
    if (changed.includes('deceased'))
      events.push({ ...base, kind: 'person.deceased', data: { reportedBy: 'family' } })
  }
  if (input.outcome === 'refused' && input.optOut) {
    await recordOptOut(trx, {
      personId: task.record_id,
      channel: 'all',
      purpose: 'all',
      reason: 'refused follow-up',
      recordedBy: actor.id,
    })
    events.push({ ...base, kind: 'person.opted-out', data: { channel: 'all', purpose: 'all' } })
  }
  return events
}

/** Autosave while talking: nothing is lost when the browser dies. @throws {AppError} not-found, not-held, already-closed, invalid */
export async function saveAnswers(
  trx: Trx,
  actor: Actor,
  id: number,
  answers: Answers,
  basedOn?: string | null,
) {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  const stored = await storeAnswers(trx, actor, task, answers, false, new Date(), basedOn)
  const { 'follow-up.hold-minutes': minutes } = await readSettings(
    trx,
    ['follow-up.hold-minutes'],
    task.site_id,
  )
  await prolongHold(trx, id, minutes)
  await audit(trx, actor, {
    action: 'task.answers',
    personId: task.person_id,
    subject: `task:${id}`,
    fields: ['answers'],
  })
  return stored
}
