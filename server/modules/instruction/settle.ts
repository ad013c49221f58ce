import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { inFuture, remember, startRound } from './issue.ts'
import { instructionWithin } from './scope.ts'
import { personOfRecord } from '../event/record.ts'
import { stopClocks } from '../clock/clock.ts'
import { cancelTasks } from '../task/transition.ts'
import { executionClock } from './clock.ts'

type Row = {
  id: number
  status: string
  round: number
  person_id: number
  encounter_id: number | null
  site_id: number
  department_id: number
  staff_id: number | null
  assignee_role: 'doctor' | 'nurse' | 'department-head'
  text: string
  task_id: number
}

/** The instruction, locked, in one of the states that the step asks for. @throws {AppError} not-found, not-closed, already-closed */
async function lock(
  trx: Trx,
  actor: Actor,
  permission: 'instruction.issue' | 'instruction.submit',
  id: number,
  wanted: 'issued' | 'executed' | 'submitted',
): Promise<Row> {
  const within = await instructionWithin(trx, actor, permission)
  const { rows } = await sql<Row>`
    select i.*, ${personOfRecord(sql`i.person_id`)} as person_id from return_visit_instruction i join task t on t.id = i.task_id
    where i.id = ${id} and ${within} for update of i`.execute(trx)
  const row = found(rows[0])
  if (row.status === wanted) return row
  const order = ['issued', 'executed', 'submitted']
  throw new AppError(
    order.includes(row.status) && order.indexOf(row.status) < order.indexOf(wanted)
      ? 'not-closed'
      : 'already-closed',
  )
}

async function noteDone(trx: Trx, actor: Actor, action: string, row: Row): Promise<void> {
  await audit(trx, actor, {
    action: `instruction.${action}`,
    personId: row.person_id,
    subject: `instruction:${row.id}`,
  })
}

/** The department submits what came out. @throws {AppError} not-found, not-closed, already-closed */
export async function submitInstruction(trx: Trx, actor: Actor, id: number, report: string): Promise<void> {
  const row = await lock(trx, actor, 'instruction.submit', id, 'executed')
  await trx
    .updateTable('return_visit_instruction')
    .set({ status: 'submitted', report, submitted_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  await remember(trx, id, actor.name, 'submitted', report)
  await noteDone(trx, actor, 'submit', row)
}

/** The service centre accepts the result. @throws {AppError} not-found, not-closed, already-closed */
export async function fileInstruction(
  trx: Trx,
  actor: Actor,
  id: number,
  note: string | undefined,
): Promise<void> {
  const row = await lock(trx, actor, 'instruction.issue', id, 'submitted')
  await trx
    .updateTable('return_visit_instruction')
    .set({ status: 'filed', filed_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  await remember(trx, id, actor.name, 'filed', note ?? null)
  await noteDone(trx, actor, 'file', row)
}

/** What was submitted is not enough: the department gets a new task. @throws {AppError} not-found, not-closed, already-closed, invalid */
export async function returnInstruction(
  trx: Trx,
  actor: Actor,
  id: number,
  { reason, dueAt }: { reason: string; dueAt?: string | undefined },
): Promise<void> {
  const due = dueAt === undefined ? undefined : inFuture(dueAt)
  const row = await lock(trx, actor, 'instruction.issue', id, 'submitted')
  await trx
    .updateTable('return_visit_instruction')
    .set({
      status: 'issued',
      round: row.round + 1,
      executed_at: null,
      executed_by_name: null,
      outcome: null,
      report: null,
      submitted_at: null,
    })
    .where('id', '=', id)
    .execute()
  await remember(trx, id, actor.name, 'returned', reason)
  await startRound(trx, {
    id,
    round: row.round + 1,
    personId: row.person_id,
    encounterId: row.encounter_id,
    siteId: row.site_id,
    departmentId: row.department_id,
    staffId: row.staff_id,
    assigneeRole: row.assignee_role,
    text: `${row.text}\n退回：${reason}`,
    dueAt: due,
  })
  await noteDone(trx, actor, 'return', row)
}

/** Nobody has to do it any more. @throws {AppError} not-found, already-closed, held-by-other */
export async function withdrawInstruction(trx: Trx, actor: Actor, id: number, reason: string): Promise<void> {
  const row = await lock(trx, actor, 'instruction.issue', id, 'issued')
  await withdraw(trx, [row], actor.name, actor.id, reason, true)
  await noteDone(trx, actor, 'withdraw', row)
}

/**
 * Ends instructions that nobody has executed, together with their tasks.
 * @param respectHold whether a task that somebody is working on stands against it
 */
export async function withdraw(
  trx: Trx,
  open: { id: number; task_id: number; person_id: number; encounter_id: number | null }[],
  byName: string,
  actorId: string | null,
  reason: string,
  respectHold: boolean,
): Promise<void> {
  const cancelled = await cancelTasks(
    trx,
    sql`t.id = any(${open.map((one) => one.task_id)}::bigint[]) and (not ${respectHold} or t.held_by is null or t.held_until < now())`,
    { reason: 'instruction-withdrawn', actorId, source: 'staff' },
  )
  if (respectHold && cancelled.length < open.length) throw new AppError('held-by-other')
  for (const one of open) {
    await trx
      .updateTable('return_visit_instruction')
      .set({ status: 'withdrawn' })
      .where('id', '=', one.id)
      .execute()
    await remember(trx, one.id, byName, 'withdrawn', reason)
  }
  await stopClocks(
    trx,
    executionClock,
    open.map((one) => ({ subjectId: one.id, at: new Date(), outcome: 'withdrawn' })),
  )
}
