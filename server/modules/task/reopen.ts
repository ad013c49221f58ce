import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { refreshFacts } from '../person/facts.ts'
import { deceasedOf, recordsOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import type { TaskRow } from './list.ts'
import { loadTask } from './task.ts'

/**
 * Takes my last result back while nothing has followed from it.
 * @throws {AppError} not-found, cannot-undo
 */
export async function reopenTask(trx: Trx, actor: Actor, id: number): Promise<void> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (task.status === 'cancelled')
    throw new AppError('cannot-undo', 'The task was cancelled together with the pathway of this person.')
  if (
    task.held_by !== null &&
    task.held_by !== actor.id &&
    task.held_until !== null &&
    task.held_until > new Date()
  )
    throw new AppError('held-by-other', `${task.held_by_name ?? 'A colleague'} is working on this task.`)
  const settings = await readSettings(trx, ['follow-up.undo-minutes', 'follow-up.hold-minutes'], task.site_id)
  const last = await trx
    .selectFrom('task_attempt')
    .select(['id', 'user_id', 'recorded_at', 'outcome', 'number', 'rung'])
    .where('task_id', '=', id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.user_id !== actor.id)
    throw new AppError('cannot-undo', 'Only your own last result can be undone.')
  if (Date.now() - last.recorded_at.getTime() > settings['follow-up.undo-minutes'] * 60_000)
    throw new AppError(
      'cannot-undo',
      `A result can be undone for ${settings['follow-up.undo-minutes']} minutes.`,
    )
  if (task.enrollment_id !== null) await rewindPathway(trx, task, last.recorded_at)
  await takeBack(trx, task, last)
  await trx.deleteFrom('task_attempt').where('id', '=', last.id).execute()
  await sql`
    update task set status = 'in-progress', outcome = null, completed_at = null, completed_by = null, next_attempt_at = null,
      attempts = ${last.number - 1}, rung = ${last.rung}, rung_from = coalesce((select min(a.number) from task_attempt a
        where a.task_id = task.id and a.rung = ${last.rung}), ${last.number}) - 1, held_by = ${actor.id}, held_by_name = ${actor.name}, version = version + 1,
      held_until = now() + ${settings['follow-up.hold-minutes']} * interval '1 minute',
      reached = exists (select 1 from task_attempt a where a.task_id = task.id and a.outcome not in ('unreached', 'wrong-number'))
    where id = ${id}`.execute(trx)
  await trx
    .updateTable('questionnaire_response')
    .set({ status: 'in-progress' })
    .where('task_id', '=', id)
    .execute()
  await recordEvents(trx, [
    {
      personId: task.person_id,
      at: new Date(),
      kind: 'task.reopened',
      source: 'staff',
      actorId: actor.id,
      taskId: id,
      encounterId: task.encounter_id,
      data: { outcome: last.outcome },
    },
  ])
  await audit(trx, actor, {
    action: 'task.reopen',
    personId: task.person_id,
    subject: `task:${id} ${last.outcome}`,
  })
}

async function isDeceased(trx: Trx, id: number): Promise<boolean> {
  const { rows } = await sql<{ deceased: boolean }>`
    select ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased from person p where p.id = ${id}`.execute(
    trx,
  )
  return rows[0]?.deceased === true
}

/** What the result changed on the person: a number marked as wrong is right again; a death or an opt-out is not undone in passing. */
async function takeBack(trx: Trx, task: TaskRow, last: { id: number; outcome: string }): Promise<void> {
  if (last.outcome === 'deceased' && (await isDeceased(trx, task.person_id)))
    throw new AppError(
      'cannot-undo',
      'The person is recorded as deceased; the record must be corrected first.',
    )
  const { rows } = await sql<{ opted_out: boolean }>`
    select exists (select 1 from opt_out o where o.person_id = ${task.record_id} and o.since = a.recorded_at) as opted_out
    from task_attempt a where a.id = ${last.id}`.execute(trx)
  if (rows[0]?.opted_out)
    throw new AppError(
      'cannot-undo',
      'The person wants no contact; take the opt-out back on the person first.',
    )
  if (last.outcome !== 'wrong-number') return
  // Both were written by the same transaction, at the same now().
  await sql`
    update person_relationship r set phone_wrong_at = null from task_attempt a
    where a.id = ${last.id} and r.id = a.relationship_id and r.phone_wrong_at = a.recorded_at`.execute(trx)
  await sql`
    update person_telecom t set valid = true from task_attempt a
    where a.id = ${last.id} and t.person_id = any(${recordsOf(sql`${task.person_id}`)}) and not t.valid and t.updated_at = a.recorded_at`.execute(
    trx,
  )
  await refreshFacts(trx, [task.person_id])
}

/** A pathway that stopped because of the result, or already went on from it, cannot be called back. */
async function rewindPathway(trx: Trx, task: TaskRow, recordedAt: Date): Promise<void> {
  const enrollment = await trx
    .selectFrom('enrollment')
    .select(['id', 'status', 'ended_at', 'step_key'])
    .where('id', '=', task.enrollment_id)
    .forUpdate()
    .executeTakeFirst()
  if (!enrollment || task.completed_at === null) return
  if (enrollment.status === 'stopped' && (enrollment.ended_at ?? new Date(0)) >= recordedAt)
    throw new AppError('cannot-undo', 'The result has already ended the pathway of this person.')
  const later = await sql<{ steps: number }>`
    select count(*) as steps from enrollment_step where enrollment_id = ${enrollment.id} and executed_at > ${recordedAt}`.execute(
    trx,
  )
  if ((later.rows[0]?.steps ?? 0) > 0)
    throw new AppError('cannot-undo', 'The pathway has already gone on from this result.')
  const awaited = await sql<{ awaited: boolean }>`
    select exists (select 1 from enrollment e join pathway_version v on v.id = e.pathway_version_id,
      jsonb_array_elements(v.definition -> 'steps') s
      where e.id = ${enrollment.id} and s ->> 'key' = ${task.step_key} and s ->> 'waitFor' = 'result') as awaited`.execute(
    trx,
  )
  if (awaited.rows[0]?.awaited)
    await sql`
      update enrollment set status = 'waiting', waiting_for = ${task.step_key}, due_at = null, fence = fence + 1
      where id = ${enrollment.id} and status = 'active'`.execute(trx)
}
