import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertColleague, assignable, moveBack, moveTasks } from '../task/assign.ts'

/**
 * Hands all open tasks of one colleague to another, or back to the role lists.
 * @throws {AppError} not-found when either is outside the reach, invalid when both are the same
 */
export async function handOver(
  trx: Trx,
  actor: Actor,
  staffId: number,
  input: { toStaffId: number | null; reason: string; dryRun: boolean },
) {
  const reach = authorize(actor, 'task.assign')
  await assertStaff(trx, actor, staffId)
  if (input.toStaffId === staffId)
    throw new AppError('invalid', undefined, [{ path: 'toStaffId', message: 'is the same person' }])
  if (input.toStaffId !== null) await assertColleague(trx, reach, input.toStaffId)
  const { rows } = await sql<{ id: number }>`
    select id from task where queue = ${`staff:${staffId}`} and status in ('requested', 'in-progress')`.execute(
    trx,
  )
  const all = rows.map((row) => row.id)
  const ids = await assignable(trx, actor, reach, all)
  const counts = { changed: ids.length, skipped: all.length - ids.length }
  if (input.dryRun || ids.length === 0) return { ...counts, handOverId: null }
  const handOverId = await moveTasks(trx, actor, ids, {
    kind: 'hand-over',
    to: input.toStaffId,
    fromStaffId: staffId,
    reason: input.reason,
  })
  return { ...counts, handOverId }
}

/** Also a former colleague, whose tasks must be continued. @throws {AppError} not-found */
async function assertStaff(trx: Trx, actor: Actor, staffId: number): Promise<void> {
  const reach = authorize(actor, 'task.assign')
  const { rows } = await sql`
    select 1 from staff where id = ${staffId} and (${reach.all} or site_id = any(${reach.siteIds}::int[])
      or department_id = any(${reach.departmentIds}::int[]))`.execute(trx)
  found(rows[0])
}

/**
 * Puts tasks back where they were, if they are still where this hand-over put them.
 * @throws {AppError} not-found, also when none of its tasks is within reach; cannot-undo when already undone
 */
export async function undoHandOver(trx: Trx, actor: Actor, id: number) {
  const reach = authorize(actor, 'task.assign')
  const batch = found(
    await trx.selectFrom('hand_over').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
  )
  const { rows: items } = await sql<{
    task_id: number
  }>`select task_id from hand_over_task where hand_over_id = ${id}`.execute(trx)
  // A task that the actor may no longer assign (it is on another department's list) may still be taken back by whoever gave it.
  const mine = batch.by_id === actor.id
  const ids = mine
    ? await openAndFree(
        trx,
        actor,
        items.map((item) => item.task_id),
      )
    : await assignable(
        trx,
        actor,
        reach,
        items.map((item) => item.task_id),
      )
  if (!mine && ids.length === 0) throw new AppError('not-found')
  if (batch.undone_at !== null || batch.kind === 'absence' || batch.kind === 'return')
    throw new AppError('cannot-undo')
  const changed = await moveBack(trx, actor, id, ids)
  return { changed, skipped: items.length - changed }
}

async function openAndFree(trx: Trx, actor: Actor, taskIds: number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from task where id = any(${taskIds}::bigint[]) and status in ('requested', 'in-progress')
      and (held_by is null or held_by = ${actor.id} or held_until < now()) order by id for update`.execute(
    trx,
  )
  return rows.map((row) => row.id)
}
