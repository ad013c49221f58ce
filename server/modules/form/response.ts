import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { responsesAsFhir } from '../questionnaire/exchange.ts'
import { ownPrefix } from '../questionnaire/fhir/terms.ts'
import { loadTask } from '../task/task.ts'

/**
 * The response to a task's questionnaire, as FHIR.
 * @throws {AppError} not-found, also when there are no answers yet or the task is outside the actor's reach
 */
export async function exportResponse(db: Db, actor: Actor, taskId: number) {
  const task = await loadTask(db, actor, 'task.read', taskId)
  const row = found(
    await db
      .selectFrom('questionnaire_response')
      .select('id')
      .where('task_id', '=', taskId)
      .executeTakeFirst(),
  )
  await audit(db, actor, {
    action: 'task.read',
    personId: task.person_id,
    subject: `task:${taskId} fhir`,
    fields: ['answers'],
  })
  const { resource } = found((await responsesAsFhir(db, [row.id])).get(row.id))
  const { resourceType, ...rest } = resource
  return { resourceType, id: `${ownPrefix}${row.id}`, ...rest }
}
