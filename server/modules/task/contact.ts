import { sql } from 'kysely'
import type { LadderStep } from '../../../contract/task.ts'
import type { Trx } from '../../platform/db.ts'

/** State of the search for a person. A task without a row in `task_contact` has had no attempt and starts by telephone. */
export type ContactState = {
  /** How many attempts were made. */
  attempts: number
  ladderStep: LadderStep
  /** How many of them before the current ladder step. */
  ladderStepFrom: number
}

export async function writeContact(trx: Trx, taskId: number, state: ContactState): Promise<void> {
  const { attempts, ladderStep, ladderStepFrom } = state
  const values = { attempts, ladder_step: ladderStep, ladder_step_from: ladderStepFrom }
  await trx
    .insertInto('task_contact')
    .values({ task_id: taskId, ...values })
    .onConflict((c) => c.column('task_id').doUpdateSet(values))
    .execute()
}

/**
 * Restores the state of the search after the last attempt was undone.
 * @param undone the attempt, which is no longer in `task_attempt`
 * @returns whether the person was reached by an earlier one
 */
export async function restoreContact(
  trx: Trx,
  taskId: number,
  undone: { number: number; ladder_step: string },
): Promise<boolean> {
  if (undone.number === 1) {
    await trx.deleteFrom('task_contact').where('task_id', '=', taskId).execute()
    return false
  }
  const { rows } = await sql<{ before: number; reached: boolean }>`
    select coalesce(min(number) filter (where ladder_step = ${undone.ladder_step}), ${undone.number}) - 1 as before,
      bool_or(outcome not in ('unreached', 'wrong-number')) as reached
    from task_attempt where task_id = ${taskId}`.execute(trx)
  await writeContact(trx, taskId, {
    attempts: undone.number - 1,
    ladderStep: undone.ladder_step as LadderStep,
    ladderStepFrom: rows[0]?.before ?? 0,
  })
  return rows[0]?.reached ?? false
}
