import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { unmarkWrong } from '../person/wrong-number.ts'
import { deceasedOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import { restoreContact } from './contact.ts'
import type { PersonTask } from './list.ts'
import { isOfPerson, loadTask } from './task.ts'
import { reopen, taskEvent } from './transition.ts'

/** Undoes the actor's last result while nothing has followed from it. @throws {AppError} not-found, cannot-undo */
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
    .select(['id', 'user_id', 'recorded_at', 'outcome', 'number', 'ladder_step', 'relationship_id'])
    .select(sql<string>`recorded_at::text`.as('recorded_key'))
    .where('task_id', '=', id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  // Tasks without a contact were closed without one.
  const result = last ?? {
    user_id: task.completed_by,
    recorded_at: task.completed_at ?? new Date(0),
    outcome: task.outcome,
  }
  if (result.user_id !== actor.id)
    throw new AppError('cannot-undo', 'Only your own last result can be undone.')
  if (Date.now() - result.recorded_at.getTime() > settings['follow-up.undo-minutes'] * 60_000)
    throw new AppError(
      'cannot-undo',
      `A result can be undone for ${settings['follow-up.undo-minutes']} minutes.`,
    )
  const reached = last && isOfPerson(task) ? await takeBack(trx, task, last) : false
  await reopen(trx, actor, id, { holdMinutes: settings['follow-up.hold-minutes'], reached })
  await trx
    .updateTable('questionnaire_response')
    .set({ status: 'in-progress' })
    .where('task_id', '=', id)
    .execute()
  await recordEvents(trx, [
    taskEvent(
      task,
      'task.reopened',
      { actorId: actor.id, source: 'staff' },
      {
        outcome: result.outcome,
        ...(task.completed_at !== null && { resultAt: result.recorded_at.toISOString() }),
      },
    ),
  ])
  await audit(trx, actor, {
    action: 'task.reopen',
    personId: task.person_id,
    subject: `task:${id} ${result.outcome}`,
  })
}

async function isDeceased(trx: Trx, id: number): Promise<boolean> {
  const { rows } = await sql<{ deceased: boolean }>`
    select ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased from person p where p.id = ${id}`.execute(
    trx,
  )
  return rows[0]?.deceased === true
}

type Contact = {
  id: number
  outcome: string
  number: number
  ladder_step: string
  relationship_id: number | null
  /** The contact's changes to the person have the same time, to the microsecond. */
  recorded_key: string
}

/**
 * Deletes the contact and its changes to the person, except a death or an opt-out: those are not undone in passing.
 * @returns whether an earlier attempt reached the person
 */
async function takeBack(trx: Trx, task: PersonTask, last: Contact): Promise<boolean> {
  if (last.outcome === 'deceased' && (await isDeceased(trx, task.person_id)))
    throw new AppError(
      'cannot-undo',
      'The person is recorded as deceased; the record must be corrected first.',
    )
  const { rows: refused } = await sql`
    select 1 from task_attempt a join opt_out o on o.person_id = ${task.record_id} and o.since = a.recorded_at where a.id = ${last.id}`.execute(
    trx,
  )
  if (refused.length > 0)
    throw new AppError(
      'cannot-undo',
      'The person wants no contact; take the opt-out back on the person first.',
    )
  if (last.outcome === 'wrong-number')
    await unmarkWrong(trx, task.person_id, last.relationship_id, last.recorded_key)
  await trx.deleteFrom('task_attempt').where('id', '=', last.id).execute()
  return restoreContact(trx, task.id, last)
}
