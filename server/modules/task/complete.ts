import { sql } from 'kysely'
import type { z } from 'zod'
import type { completeTask as completeRoute } from '../../../contract/task-result.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { assertHeld } from './attempt.ts'
import { loadTask, withoutContact } from './task.ts'
import { completeTasks } from './transition.ts'

/**
 * Closes work that is no contact with a person: about an organisation, about nobody, or an errand about a person.
 * @throws {AppError} not-found, already-closed, not-held, invalid when the task asks for a contact
 */
export async function completeTask(
  trx: Trx,
  actor: Actor,
  id: number,
  { outcome, note }: z.output<(typeof completeRoute)['body']>,
): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  if (!withoutContact(task))
    throw new AppError('invalid', 'This task asks for a contact; record how that ended.', [
      { path: 'outcome', message: 'is recorded with the contact' },
    ])
  await completeTasks(trx, sql`t.id = ${id}`, {
    outcome,
    note: note ?? null,
    actorId: actor.id,
    source: 'staff',
  })
  await audit(trx, actor, {
    action: 'task.complete',
    personId: task.person_id,
    subject: `task:${id} ${outcome}`,
    fields: ['outcome', ...(note ? ['note'] : [])],
  })
}
