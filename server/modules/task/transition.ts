import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Outcome } from '../../../contract/task.ts'
import type { MachineReason } from '../../../contract/voice.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import { notifyTaskLists } from './notify.ts'

/*
 * Every change of a task is written here (and its creation in create.ts): each raises the version, keeps hold and times consistent, and
 * notifies the lists. `which` is always a condition over the table `task t`.
 */

/** Data about a changed task for events, lists and the calling module. */
export type ChangedTask = {
  id: number
  level: number | null
  /** The current person; null for work about an organisation or about nobody. */
  person_id: number | null
  encounter_id: number | null
  enrollment_id: number | null
  step_key: string | null
  site_id: number
  department_id: number | null
  assignee_staff_id: number | null
}

/** Who or what caused a change. */
export type Cause = { actorId: string | null; source: 'staff' | 'person' | 'careloop' }

const columns = sql`t.id, t.level, ${personOfRecord(sql`t.person_id`)} as person_id, t.encounter_id, t.enrollment_id, t.step_key, t.site_id, t.department_id, t.assignee_staff_id`
const isOpen = sql<SqlBool>`t.status in ('requested', 'in-progress')`
const noHold = sql`held_by = null, held_by_name = null, held_until = null`
/** Whether work on task `t` has begun, apart from a hold. */
const begun = sql<SqlBool>`(exists (select 1 from task_contact x where x.task_id = t.id)
  or exists (select 1 from questionnaire_response r where r.task_id = t.id))`

/** The event of a change; pathways find their step by its data. */
export function taskEvent(
  task: Omit<ChangedTask, 'level' | 'site_id' | 'department_id' | 'assignee_staff_id'>,
  kind: 'task.completed' | 'task.cancelled' | 'task.reopened',
  { actorId, source }: Cause,
  data: Record<string, unknown>,
): NewEvent {
  return {
    personId: task.person_id,
    at: new Date(),
    kind,
    source,
    actorId,
    encounterId: task.encounter_id,
    taskId: task.id,
    data: {
      ...data,
      ...(task.enrollment_id !== null && { enrollmentId: task.enrollment_id, stepKey: task.step_key }),
    },
  }
}

/**
 * Cancels the open tasks among these.
 * @param why.reason a code with words in web/i18n (`codes.enrollmentReason`)
 * @returns what was cancelled
 * @example await cancelTasks(trx, sql`t.cause = any(${causes}::text[])`, { reason: 'dispute-closed', actorId: null, source: 'careloop' })
 */
export async function cancelTasks(
  trx: Trx,
  which: RawBuilder<SqlBool>,
  why: Cause & { reason: string },
): Promise<ChangedTask[]> {
  const { rows } = await sql<ChangedTask>`
    update task t set status = 'cancelled', ${noHold}, completed_at = now(), version = t.version + 1
    where ${isOpen} and ${which} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
  await recordEvents(
    trx,
    rows.map((row) => taskEvent(row, 'task.cancelled', why, { reason: why.reason })),
  )
  return rows
}

/** Cancels the open tasks of these enrolments. @returns what was cancelled */
export function cancelTasksOfEnrollments(
  trx: Trx,
  enrollmentIds: number[],
  why: Cause & { reason: string },
): Promise<ChangedTask[]> {
  return cancelTasks(trx, sql`t.enrollment_id = any(${enrollmentIds}::bigint[])`, why)
}

/**
 * Reopens tasks that were cancelled with their enrolments, when the stop was a mistake or is over.
 * @param enrollments.endedAt when the enrolment was stopped, as the database writes it (`ended_at::text`): a Date has no microseconds
 */
export async function restoreTasks(
  trx: Trx,
  enrollments: { id: number; endedAt: string }[],
): Promise<ChangedTask[]> {
  const { rows } = await sql<ChangedTask>`
    update task t set status = case when ${begun} then 'in-progress' else 'requested' end, completed_at = null, version = t.version + 1
    from unnest(${enrollments.map((one) => one.id)}::bigint[], ${enrollments.map((one) => one.endedAt)}::timestamptz[]) as w(id, ended_at)
    where t.enrollment_id = w.id and t.status = 'cancelled' and t.completed_at = w.ended_at returning ${columns}`.execute(
    trx,
  )
  await notifyTaskLists(trx, rows)
  return rows
}

export type Result = Cause & {
  outcome: Outcome
  /** When it was done; left out: now. */
  at?: Date
  note?: string | null
  /** Whether the person was reached, by this contact or an earlier one. */
  reached?: boolean
}

/** Closes the open tasks among these with a result, without the event: the caller records {@link completedEvent}. */
export async function closeTasks(
  trx: Trx,
  which: RawBuilder<SqlBool>,
  result: Result,
): Promise<ChangedTask[]> {
  const { rows } = await sql<ChangedTask>`
    update task t set status = 'completed', outcome = ${result.outcome}, completed_at = ${result.at ?? sql`now()`},
      completed_by = ${result.actorId}, result_note = ${result.note ?? null}, reached = ${result.reached ?? sql`t.reached`}, next_attempt_at = null, version = t.version + 1, ${noHold}
    where ${isOpen} and ${which} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
  return rows
}

/** The event that {@link closeTasks} leaves to the caller. */
export const completedEvent = (task: ChangedTask, result: Result): NewEvent => ({
  ...taskEvent(task, 'task.completed', result, {
    outcome: result.outcome,
    ...(task.level !== null && { level: task.level }),
  }),
  ...(result.at && { at: result.at }),
})

/** Completes the open tasks among these. @returns what was completed */
export async function completeTasks(
  trx: Trx,
  which: RawBuilder<SqlBool>,
  result: Result,
): Promise<ChangedTask[]> {
  const rows = await closeTasks(trx, which, result)
  await recordEvents(
    trx,
    rows.map((row) => completedEvent(row, result)),
  )
  return rows
}

/**
 * Reopens the task after an undo; the actor holds it again.
 * @param was.holdMinutes for how long
 * @param was.reached whether the person was reached before that result
 */
export async function reopen(
  trx: Trx,
  actor: Actor,
  id: number,
  was: { holdMinutes: number; reached: boolean },
): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set status = 'in-progress', outcome = null, completed_at = null, completed_by = null, result_note = null,
      next_attempt_at = null, reached = ${was.reached}, held_by = ${actor.id}, held_by_name = ${actor.name},
      held_until = now() + ${was.holdMinutes} * interval '1 minute', version = t.version + 1
    where t.id = ${id} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
}

/** Releases the task until that time (null: at once). */
export async function postpone(
  trx: Trx,
  id: number,
  { until, reached }: { until: Date | null; reached: boolean },
): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set status = 'in-progress', next_attempt_at = ${until}, reached = ${reached}, version = t.version + 1, ${noHold}
    where t.id = ${id} and ${isOpen} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
}

/**
 * The machine makes no further calls about these open tasks and leaves them to people.
 * @param why with `urgent` the task becomes due at once, before routine work
 */
export async function leaveToPeople(
  trx: Trx,
  ids: number[],
  { why, urgent }: { why: MachineReason; urgent: boolean },
): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set machine = ${why}, version = t.version + 1, next_attempt_at = null, ${noHold},
      priority = case when ${urgent} then greatest(t.priority, 1) else t.priority end,
      due_at = case when ${urgent} then least(t.due_at, now()) else t.due_at end
    where t.id = any(${ids}::bigint[]) and ${isOpen} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
}

/** Moves the next attempt of an open task, whoever holds it. */
export async function moveNextAttempt(trx: Trx, id: number, at: Date): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set next_attempt_at = ${at}, version = t.version + 1 where t.id = ${id} and ${isOpen} returning ${columns}`.execute(
    trx,
  )
  await notifyTaskLists(trx, rows)
}

/** Holds a task that is open, that nobody else holds and that meets `allowed`. @returns whether it succeeded */
export async function hold(
  trx: Trx,
  actor: Actor,
  id: number,
  minutes: number,
  allowed: RawBuilder<SqlBool>,
): Promise<boolean> {
  const { rows } = await sql`
    update task t set held_by = ${actor.id}, held_by_name = ${actor.name}, held_until = now() + ${minutes} * interval '1 minute',
      status = 'in-progress', version = t.version + 1
    where t.id = ${id} and ${isOpen} and ${freeFor(actor)} and ${allowed} returning t.id`.execute(trx)
  return rows.length > 0
}

/** Condition in SQL over `t`: nobody else holds it. An expired hold counts as none. */
export const freeFor = (actor: Pick<Actor, 'id'>) =>
  sql<SqlBool>`(t.held_by is null or t.held_by = ${actor.id} or t.held_until < now())`

/** Extends the caller's hold. The version stays: nothing on a screen has changed. */
export async function prolongHold(trx: Trx, id: number, minutes: number): Promise<void> {
  await sql`update task t set held_until = now() + ${minutes} * interval '1 minute' where t.id = ${id}`.execute(
    trx,
  )
}

/** Releases a task that the actor holds. */
export async function release(trx: Trx, actor: Actor, id: number): Promise<void> {
  await sql`
    update task t set ${noHold}, version = t.version + 1, status = case when ${begun} then 'in-progress' else 'requested' end
    where t.id = ${id} and t.held_by = ${actor.id} and t.status = 'in-progress'`.execute(trx)
}

/** Raises the version of tasks whose related data changed, such as answers received by a link. */
export async function touchTasks(trx: Trx, ids: number[]): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set version = t.version + 1 where t.id = any(${ids}::bigint[]) returning ${columns}`.execute(
    trx,
  )
  await notifyTaskLists(trx, rows)
}

/** Gives open tasks another title, and an earlier end where one is given. */
export async function retitle(trx: Trx, id: number, title: string, dueAt: Date | null): Promise<void> {
  const { rows } = await sql<ChangedTask>`
    update task t set title = ${title}, due_at = least(t.due_at, ${dueAt}), version = t.version + 1
    where t.id = ${id} and ${isOpen} returning ${columns}`.execute(trx)
  await notifyTaskLists(trx, rows)
}

/** The list and owner of an open task. */
export type Listing = {
  id: number
  queue: string
  staffId: number | null
  /** The absent owner, who gets it back later. */
  coveredForStaffId: number | null
}

/** Moves open tasks to other lists; notifies the old lists as well. @returns the moved tasks in their new state */
export async function requeueTasks(trx: Trx, listings: Listing[]): Promise<ChangedTask[]> {
  const { rows } = await sql<ChangedTask & { left_staff_id: number | null }>`
    update task t set queue = w.queue, assignee_staff_id = w.staff_id, covered_for_staff_id = w.covered, version = t.version + 1
    from unnest(
      ${listings.map((one) => one.id)}::bigint[], ${listings.map((one) => one.queue)}::text[], ${listings.map((one) => one.staffId)}::int[],
      ${listings.map((one) => one.coveredForStaffId)}::int[]
    ) as w(id, queue, staff_id, covered) join task before on before.id = w.id
    where t.id = w.id and ${isOpen} returning ${columns}, before.assignee_staff_id as left_staff_id`.execute(
    trx,
  )
  await notifyTaskLists(trx, [
    ...rows,
    ...rows.map((row) => ({ ...row, assignee_staff_id: row.left_staff_id })),
  ])
  return rows
}

/** Writes the class of proof; null where there is nothing to prove. */
export async function setProof(trx: Trx, proofs: { id: number; proof: string | null }[]): Promise<void> {
  await sql`
    update task t set proof = w.proof
    from unnest(${proofs.map((one) => one.id)}::bigint[], ${proofs.map((one) => one.proof)}::text[]) as w(id, proof)
    where t.id = w.id and t.proof is distinct from w.proof`.execute(trx)
}

/** For the undo of an import; the caller has checked that nobody worked on these. */
export async function deleteTasks(trx: Trx, which: RawBuilder<SqlBool>): Promise<void> {
  await sql`delete from task t where ${which}`.execute(trx)
}
