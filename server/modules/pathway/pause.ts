import { sql } from 'kysely'
import type { Db, Trx } from '../../platform/db.ts'
import { transaction } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { setMessagesAside } from '../message/write.ts'
import { unfinished } from './columns.ts'
import { stopEnrollments } from './end.ts'

/**
 * Nothing more happens on a pathway until it is resumed. It holds at once: executor and dispatcher look at the pathway itself. What waits
 * is set aside besides, so that they need not step over it each time.
 */
export async function pausePathway(trx: Trx, id: number): Promise<void> {
  await sql`update pathway set paused_at = now() where id = ${id} and paused_at is null`.execute(trx)
  await sql`
    update enrollment set paused = true where pathway_id = ${id} and status in ('active', 'waiting', 'blocked') and not paused`.execute(
    trx,
  )
  await setMessagesAside(trx, id, true)
}

/** Everything goes on where it was; waits that ended meanwhile are over. */
export async function resumePathway(trx: Trx, id: number): Promise<void> {
  await sql`update pathway set paused_at = null where id = ${id}`.execute(trx)
  await sql`update enrollment set paused = false where pathway_id = ${id} and paused`.execute(trx)
  await setMessagesAside(trx, id, false)
  wakeLoop('pathway')
}

/** Nobody enters any more; who is on it goes on. */
export async function closePathway(trx: Trx, id: number): Promise<void> {
  await sql`update pathway set active = false where id = ${id}`.execute(trx)
}

const chunk = 500

/**
 * Stops everybody who is still on a pathway, or has a task or message left of it, in batches: each is done or not, so that it resumes
 * after a crash.
 * @returns how many were stopped
 */
export async function stopPathway(db: Db, id: number, reason: string, actorId: string): Promise<number> {
  let done = 0
  for (let afterId = 0; ;) {
    const last = await transaction(db, async (trx) => {
      const { rows } = await sql<{ id: number }>`
        select e.id from enrollment e where e.pathway_id = ${id} and e.id > ${afterId} and ${unfinished} order by e.id limit ${chunk} for update of e`.execute(
        trx,
      )
      const stops = rows.map((row) => ({ id: row.id, reason, undoable: false }))
      done += (await stopEnrollments(trx, stops, actorId)).length
      return rows.at(-1)?.id
    })
    if (last === undefined) return done
    afterId = last
  }
}
