import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { ring } from './red-flag.ts'
import { isOfOthers, queuesOf } from './scope.ts'
import { loadTask } from './task.ts'

/** Reminds the owner of an open red flag. @throws {AppError} not-found, already-closed, forbidden when it is the actor's own */
export async function remindOwner(trx: Trx, actor: Actor, id: number): Promise<void> {
  const row = await loadTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(row.status)) throw new AppError('already-closed')
  if (!isOfOthers(row, actor, await queuesOf(trx, actor))) throw new AppError('forbidden')
  await ring(trx, id, true)
  await recordEvents(trx, [
    {
      personId: row.person_id,
      at: new Date(),
      kind: 'red-flag.reminded',
      source: 'staff',
      actorId: actor.id,
      encounterId: row.encounter_id,
      taskId: id,
      data: { text: row.title },
    },
  ])
  await audit(trx, actor, { action: 'task.remind', personId: row.person_id, subject: `task:${id}` })
}
