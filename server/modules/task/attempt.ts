import { sql } from 'kysely'
import type { z } from 'zod'
import type { Answers } from '../../../contract/questionnaire.ts'
import type { recordAttempt as recordRoute } from '../../../contract/task.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { loadCalendar, nextOpening } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { readSettings } from '../setting/setting.ts'
import { storeAnswers } from './answers.ts'
import type { TaskRow } from './list.ts'
import { loadTask } from './task.ts'

export type AttemptInput = z.output<(typeof recordRoute)['body']>

const settingKeys = [
  'follow-up.attempts.max',
  'follow-up.attempts.second-after-hours',
  'follow-up.attempts.third-after-hours',
  'follow-up.hours.from',
  'follow-up.hours.to',
  'follow-up.hours.working-days-only',
] as const

type Plan = { closes: boolean; nextAttemptAt: Date | null }

/**
 * Records how a contact ended: closes the task or plans the next attempt, raises red flags, lets the pathway go on, all in one
 * transaction. The same idempotency key again changes nothing.
 * @throws {AppError} not-found, not-held, already-closed, invalid
 */
export async function recordAttempt(trx: Trx, actor: Actor, id: number, input: AttemptInput): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (input.idempotencyKey && (await alreadyRecorded(trx, id, input.idempotencyKey))) return
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  const number = task.attempts + 1
  const at = contactTime(task, input.occurredAt)
  await storeAnswers(trx, actor, task, input.answers, input.outcome === 'done', at)
  if (input.outcome === 'wrong-number') await markWrongNumber(trx, actor, task, input.telecomId)
  const plan = await planAfter(trx, task, input, at)
  await insertAttempt(trx, actor, task, number, input, at)
  await writeTask(trx, actor, task, number, input, plan, at)
  await recordEvents(trx, await eventsOf(trx, actor, task, number, input, plan, at))
  if (plan.closes) await resumePathway(trx, task)
  await audit(trx, actor, {
    action: 'task.attempt',
    personId: task.person_id,
    subject: `task:${id} ${input.outcome}`,
    fields: ['outcome', ...(input.answers ? ['answers'] : []), ...(input.note ? ['note'] : [])],
  })
  await notify(trx, 'tasks', {
    siteId: task.site_id,
    departmentId: task.department_id,
    staffId: task.assignee_staff_id,
    changed: 1,
  })
}

/**
 * Results written down on paper and registered later count at the time of the contact; the row keeps when it was recorded.
 * @throws {AppError} invalid when that time cannot be true
 */
function contactTime(task: TaskRow, occurredAt: string | undefined): Date {
  const now = new Date()
  if (occurredAt === undefined) return now
  const at = new Date(occurredAt)
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'occurredAt', message }])
  if (at.getTime() > now.getTime() + 60_000) throw wrong('lies in the future')
  if (task.discharged_at !== null && at < task.discharged_at) throw wrong('lies before the discharge')
  return at
}

/** @throws {AppError} not-held */
export function assertHeld(task: TaskRow, actor: Actor): void {
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

async function planAfter(trx: Trx, task: TaskRow, input: AttemptInput, contactAt: Date): Promise<Plan> {
  const settings = await readSettings(trx, settingKeys)
  const closed: Plan = { closes: true, nextAttemptAt: null }
  if (input.outcome === 'call-back') {
    const at = input.callBackAt ? new Date(input.callBackAt) : undefined
    if (!at || at.getTime() <= Date.now())
      throw new AppError('invalid', undefined, [
        { path: 'callBackAt', message: 'must be a time in the future' },
      ])
    return { closes: false, nextAttemptAt: at }
  }
  if (input.outcome === 'wrong-number') {
    const other = await trx
      .selectFrom('person_telecom')
      .select('id')
      .where('person_id', '=', task.person_id)
      .where('system', '=', 'phone')
      .where('valid', '=', true)
      .executeTakeFirst()
    return other && task.attempts + 1 < settings['follow-up.attempts.max']
      ? { closes: false, nextAttemptAt: null }
      : closed
  }
  if (input.outcome !== 'unreached') return closed
  const earlier = await trx
    .selectFrom('task_attempt')
    .select(['at'])
    .where('task_id', '=', task.id)
    .where('outcome', '=', 'unreached')
    .orderBy('at')
    .execute()
  const unreached = earlier.length + 1
  if (unreached >= settings['follow-up.attempts.max']) return closed
  const hours =
    unreached === 1
      ? settings['follow-up.attempts.second-after-hours']
      : settings['follow-up.attempts.third-after-hours']
  // Counted from the first attempt: 0 / 24 / 72 h.
  const first = earlier[0]?.at ?? contactAt
  // A contact registered afterwards may make the next one due at once.
  const wanted = new Date(Math.max(first.getTime() + hours * 3600_000, contactAt.getTime()))
  const open = {
    from: settings['follow-up.hours.from'],
    to: settings['follow-up.hours.to'],
    workingDaysOnly: settings['follow-up.hours.working-days-only'],
  }
  return {
    closes: false,
    nextAttemptAt: nextOpening(wanted, open, task.time_zone, await loadCalendar(trx), false),
  }
}

/** The dialled number, or the one shown on the card, is not this person's. */
async function markWrongNumber(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  telecomId: number | undefined,
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    update person_telecom set valid = false, source = 'staff', updated_at = now()
    where person_id = ${task.person_id} and system = 'phone' and id = coalesce(${telecomId ?? null}::bigint, (
      select id from person_telecom where person_id = ${task.person_id} and system = 'phone' and valid
      order by updated_at desc, id limit 1))
    returning id`.execute(trx)
  if (rows.length > 0)
    await audit(trx, actor, {
      action: 'person.update',
      personId: task.person_id,
      fields: ['phone'],
      reason: 'wrong-number',
    })
}

async function insertAttempt(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  number: number,
  input: AttemptInput,
  at: Date,
): Promise<void> {
  await trx
    .insertInto('task_attempt')
    .values({
      task_id: task.id,
      number,
      at,
      user_id: actor.id,
      user_name: actor.name,
      channel: input.channel,
      outcome: input.outcome,
      note: input.note ?? null,
      call_back_at: input.callBackAt ?? null,
      duration_seconds: input.durationSeconds ?? null,
      idempotency_key: input.idempotencyKey ?? null,
    })
    .execute()
}

const reachedOutcomes = new Set(['done', 'refused', 'call-back', 'deceased', 'readmitted', 'other'])

async function writeTask(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  number: number,
  input: AttemptInput,
  plan: Plan,
  at: Date,
): Promise<void> {
  await sql`
    update task set attempts = ${number}, next_attempt_at = ${plan.nextAttemptAt}, reached = reached or ${reachedOutcomes.has(input.outcome)},
      status = ${plan.closes ? 'completed' : 'in-progress'}, outcome = ${plan.closes ? input.outcome : null},
      completed_at = case when ${plan.closes} then ${at}::timestamptz end,
      completed_by = ${plan.closes ? actor.id : null}, version = version + 1,
      held_by = null, held_by_name = null, held_until = null
    where id = ${task.id}`.execute(trx)
}

async function eventsOf(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  number: number,
  input: AttemptInput,
  plan: Plan,
  at: Date,
): Promise<NewEvent[]> {
  const base = {
    personId: task.person_id,
    at,
    source: 'staff',
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
  if (plan.closes)
    events.push({ ...base, kind: 'task.completed', data: { outcome: input.outcome, level: task.level } })
  if (input.outcome === 'deceased') {
    const { numUpdatedRows } = await trx
      .updateTable('person')
      .set({ deceased: true, version: sql`version + 1`, updated_at: sql`now()` })
      .where('id', '=', task.person_id)
      .where('deceased', '=', false)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) events.push({ ...base, kind: 'person.deceased', data: { reportedBy: 'family' } })
  }
  if (input.outcome === 'refused' && input.optOut) {
    await trx
      .insertInto('opt_out')
      .values({
        person_id: task.person_id,
        channel: 'all',
        purpose: 'all',
        reason: 'refused follow-up',
        recorded_by: actor.id,
      })
      .onConflict((c) => c.doNothing())
      .execute()
    events.push({ ...base, kind: 'person.opted-out', data: { channel: 'all', purpose: 'all' } })
  }
  return events
}

async function resumePathway(trx: Trx, task: TaskRow): Promise<void> {
  if (task.enrollment_id === null) return
  await sql`
    update enrollment set status = 'active', waiting_for = null, due_at = now(), fence = fence + 1
    where id = ${task.enrollment_id} and status = 'waiting' and waiting_for = ${task.step_key}`.execute(trx)
  wakeLoop('pathway')
}

/** Autosave while talking: nothing is lost when the browser dies. @throws {AppError} not-found, not-held, already-closed, invalid */
export async function saveAnswers(trx: Trx, actor: Actor, id: number, answers: Answers) {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  const stored = await storeAnswers(trx, actor, task, answers, false)
  const { 'follow-up.hold-minutes': minutes } = await readSettings(trx, ['follow-up.hold-minutes'])
  await sql`update task set held_until = now() + ${minutes} * interval '1 minute' where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'task.answers',
    personId: task.person_id,
    subject: `task:${id}`,
    fields: ['answers'],
  })
  return stored
}

/**
 * Takes my last result back while nothing has followed from it.
 * @throws {AppError} not-found, cannot-undo
 */
export async function reopenTask(trx: Trx, actor: Actor, id: number): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  const settings = await readSettings(trx, ['follow-up.undo-minutes', 'follow-up.hold-minutes'])
  const last = await trx
    .selectFrom('task_attempt')
    .select(['id', 'user_id', 'recorded_at', 'outcome', 'number'])
    .where('task_id', '=', id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.user_id !== actor.id)
    throw new AppError('cannot-undo', 'Only your own last result can be undone.')
  if (Date.now() - last.recorded_at.getTime() > settings['follow-up.undo-minutes'] * 60_000)
    throw new AppError(
      'cannot-undo',
      `A result can be undone for ${settings['follow-up.undo-minutes']} minutes.`,
    )
  if (task.enrollment_id !== null) await rewindPathway(trx, task, last.recorded_at)
  await trx.deleteFrom('task_attempt').where('id', '=', last.id).execute()
  await sql`
    update task set status = 'in-progress', outcome = null, completed_at = null, completed_by = null, next_attempt_at = null,
      attempts = ${last.number - 1}, held_by = ${actor.id}, held_by_name = ${actor.name}, version = version + 1,
      held_until = now() + ${settings['follow-up.hold-minutes']} * interval '1 minute',
      reached = exists (select 1 from task_attempt a where a.task_id = task.id and a.outcome not in ('unreached', 'wrong-number'))
    where id = ${id}`.execute(trx)
  await trx
    .updateTable('questionnaire_response')
    .set({ status: 'in-progress' })
    .where('task_id', '=', id)
    .execute()
  await recordEvents(trx, [
    {
      personId: task.person_id,
      at: new Date(),
      kind: 'task.reopened',
      source: 'staff',
      actorId: actor.id,
      taskId: id,
      encounterId: task.encounter_id,
      data: { outcome: last.outcome },
    },
  ])
  await audit(trx, actor, {
    action: 'task.reopen',
    personId: task.person_id,
    subject: `task:${id} ${last.outcome}`,
  })
}

/** A pathway that stopped because of the result, or already went on from it, cannot be called back. */
async function rewindPathway(trx: Trx, task: TaskRow, recordedAt: Date): Promise<void> {
  const enrollment = await trx
    .selectFrom('enrollment')
    .select(['id', 'status', 'ended_at', 'step_key'])
    .where('id', '=', task.enrollment_id)
    .forUpdate()
    .executeTakeFirst()
  if (!enrollment || task.completed_at === null) return
  if (enrollment.status === 'stopped' && (enrollment.ended_at ?? new Date(0)) >= recordedAt)
    throw new AppError('cannot-undo', 'The result has already ended the pathway of this person.')
  const later = await sql<{ steps: number }>`
    select count(*) as steps from enrollment_step where enrollment_id = ${enrollment.id} and executed_at > ${recordedAt}`.execute(
    trx,
  )
  if ((later.rows[0]?.steps ?? 0) > 0)
    throw new AppError('cannot-undo', 'The pathway has already gone on from this result.')
  const awaited = await sql<{ awaited: boolean }>`
    select exists (select 1 from enrollment e join pathway_version v on v.id = e.pathway_version_id,
      jsonb_array_elements(v.definition -> 'steps') s
      where e.id = ${enrollment.id} and s ->> 'key' = ${task.step_key} and s ->> 'waitFor' = 'result') as awaited`.execute(
    trx,
  )
  if (awaited.rows[0]?.awaited)
    await sql`
      update enrollment set status = 'waiting', waiting_for = ${task.step_key}, due_at = null, fence = fence + 1
      where id = ${enrollment.id} and status = 'active'`.execute(trx)
}
