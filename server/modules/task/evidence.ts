import { sql } from 'kysely'
import type { z } from 'zod'
import type { addEvidence as addRoute } from '../../../contract/task-result.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import type { TaskRow } from './list.ts'
import { isProvable, refreshProof } from './proof.ts'
import { loadTask } from './task.ts'

export type EvidenceInput = z.output<(typeof addRoute)['body']>

/**
 * Adds evidence for a finished result: the call's number in the telephone system, place and time of a visit, a document.
 * @throws {AppError} not-found, not-closed, invalid, already-exists
 */
export async function addEvidence(trx: Trx, actor: Actor, id: number, input: EvidenceInput): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (!isProvable(task)) throw new AppError('not-closed')
  await insertEvidence(trx, actor, task, input, null)
  await refreshProof(trx, [id])
}

/** Also for evidence that comes with an attempt. @throws {AppError} invalid, already-exists */
export async function insertEvidence(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  input: EvidenceInput,
  attemptId: number | null,
): Promise<void> {
  const at = input.at ? new Date(input.at) : null
  checkTime(task, at)
  try {
    // A savepoint of its own is not needed: the refusal ends the whole request.
    await trx
      .insertInto('task_evidence')
      .values({
        task_id: task.id,
        attempt_id: attemptId,
        kind: input.kind,
        reference: input.reference ?? null,
        place: input.place ?? null,
        at,
        duration_seconds: input.durationSeconds ?? null,
        recorded_by: actor.id,
        recorded_by_name: actor.name,
      })
      .execute()
  } catch (error) {
    if (!isUniqueViolation(error, 'task_evidence_call')) throw error
    throw new AppError('already-exists', 'This call already proves another result.', [
      { path: 'reference', message: 'already proves another result' },
    ])
  }
  await audit(trx, actor, {
    action: 'task.evidence.add',
    personId: task.person_id,
    subject: `task:${task.id} ${input.kind}`,
    fields: ['evidence'],
  })
}

function checkTime(task: TaskRow, at: Date | null): void {
  if (at === null) return
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'at', message }])
  if (at.getTime() > Date.now() + 60_000) throw wrong('lies in the future')
  if (task.discharged_at !== null && at < task.discharged_at) throw wrong('lies before the discharge')
}

/** Withdraws evidence; the row stays, with the reason. @throws {AppError} not-found */
export async function withdrawEvidence(
  trx: Trx,
  actor: Actor,
  id: number,
  evidenceId: number,
  reason: string,
): Promise<void> {
  const task = await loadTask(trx, actor, 'task.work', id)
  const { rows } = await sql<{ id: number }>`
    update task_evidence set withdrawn_at = now(), withdrawn_by_name = ${actor.name}, withdrawn_reason = ${reason}
    where id = ${evidenceId} and task_id = ${id} and withdrawn_at is null returning id`.execute(trx)
  found(rows[0])
  await refreshProof(trx, [id])
  await audit(trx, actor, {
    action: 'task.evidence.withdraw',
    personId: task.person_id,
    subject: `task:${id} evidence:${evidenceId}`,
    reason,
  })
}
