import { sql } from 'kysely'
import type { z } from 'zod'
import type { Consequences, foreseeOutcome as foreseeRoute } from '../../../contract/task-result.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { recordsOf } from '../event/record.ts'
import { recordAttempt } from './attempt.ts'
import { loadPersonTask } from './task.ts'

/** Carries out what was seen, so that everything else is rolled back. */
class Seen extends Error {
  readonly consequences: Consequences
  constructor(consequences: Consequences) {
    super('rehearsed')
    this.consequences = consequences
  }
}

/**
 * What an outcome would stop. It is recorded with all that follows from it, looked at, and rolled back: the rules of who stops what are
 * nowhere written a second time.
 * @throws {AppError} not-found, not-held, already-closed
 */
export async function foreseeOutcome(
  db: Db,
  actor: Actor,
  id: number,
  { outcome, optOut }: z.output<(typeof foreseeRoute)['query']>,
): Promise<Consequences> {
  const seen = await transaction(db, async (trx) => {
    const task = await loadPersonTask(trx, actor, 'task.work', id)
    const before = await unfinished(trx, task.person_id, id)
    await recordAttempt(trx, actor, id, { outcome, optOut, channel: 'phone' })
    const after = await unfinished(trx, task.person_id, id)
    const ended = before.pathways.filter((one) => !after.pathways.some((left) => left.id === one.id))
    throw new Seen({
      pathways: ended.map((one) => one.name),
      tasks: before.tasks - after.tasks,
      messages: before.messages - after.messages,
    })
  }).catch((error: unknown) => {
    if (error instanceof Seen) return error.consequences
    throw error
  })
  await audit(db, actor, { action: 'task.read', subject: `task:${id}`, fields: ['enrollments'] })
  return seen
}

/** What is still to come for the person, apart from this task. */
async function unfinished(trx: Trx, personId: number, taskId: number) {
  const records = recordsOf(sql`${personId}::bigint`)
  const { rows } = await sql<{
    pathways: { id: number; name: string }[]
    tasks: number
    messages: number
  }>`
    select (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', p.name) order by e.id), '[]')
        from enrollment e join pathway p on p.id = e.pathway_id
        where e.person_id = any(${records}) and e.status in ('active', 'waiting', 'blocked')) as pathways,
      (select count(*) from task t where t.person_id = any(${records}) and t.id <> ${taskId}
        and t.status in ('requested', 'in-progress')) as tasks,
      (select count(*) from message m where m.person_id = any(${records}) and m.status = 'queued') as messages`.execute(
    trx,
  )
  return rows[0] ?? { pathways: [], tasks: 0, messages: 0 }
}
