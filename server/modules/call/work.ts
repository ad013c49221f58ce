import { sql } from 'kysely'
import type { z } from 'zod'
import type { CallDetail, wrapUpCall as wrapRoute } from '../../../contract/call.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { recordEvents } from '../event/event.ts'
import { loadPerson } from '../person/person.ts'
import { loadPersonTask } from '../task/task.ts'
import { getCall, loadCall } from './detail.ts'
import { callWithin } from './scope.ts'
import { proveByCalls } from './evidence.ts'
import { lineOf } from './line.ts'
import { order } from './order.ts'

/** Says who the call is with. @throws {AppError} not-found */
export async function linkCall(
  trx: Trx,
  actor: Actor,
  id: number,
  personId: number | null,
): Promise<CallDetail> {
  const call = await loadCall(trx, actor, id, 'call.work')
  const person = personId === null ? null : (await loadPerson(trx, actor, personId)).person.id
  const { rows } = await sql<{
    settled: boolean
    started_at: Date
    direction: string | null
    answered: boolean
  }>`
    update call set person_id = ${person}, linked_by = 'staff', task_id = case when ${person}::bigint is not distinct from ${call.person_id}::bigint then task_id end
    where id = ${id} returning settled_at is not null as settled, started_at, direction, answered_at is not null as answered`.execute(
    trx,
  )
  const row = found(rows[0])
  if (person !== null && person !== call.person_id && row.settled)
    await recordEvents(trx, [
      {
        personId: person,
        at: row.started_at,
        kind: 'call.ended',
        source: 'telephony',
        actorId: actor.id,
        data: { callId: id, direction: row.direction, answered: row.answered },
      },
    ])
  await audit(trx, actor, {
    action: 'call.link',
    personId: person ?? call.person_id,
    subject: `call:${id}`,
    fields: ['name'],
  })
  return getCall(trx, actor, id)
}

/** The call becomes the contact of a task; the person is known by it. @throws {AppError} not-found, already-closed */
export async function workInCall(trx: Trx, actor: Actor, id: number, taskId: number): Promise<CallDetail> {
  const call = await loadCall(trx, actor, id, 'call.work')
  const task = await loadPersonTask(trx, actor, 'task.work', taskId)
  if (call.person_id !== null && call.person_id !== task.person_id)
    throw new AppError('invalid', undefined, [
      { path: 'taskId', message: 'is about somebody else than the call' },
    ])
  await sql`update call set task_id = ${taskId}, person_id = ${task.person_id}, linked_by = coalesce(linked_by, 'task') where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'call.task',
    personId: task.person_id,
    subject: `call:${id} task:${taskId}`,
  })
  await proveByCalls(trx, [taskId])
  return getCall(trx, actor, id)
}

/** Writes down what a call came to, and frees the agent. @throws {AppError} not-found, invalid while it rings */
export async function wrapUpCall(
  trx: Trx,
  actor: Actor,
  id: number,
  { disposition, note }: z.output<(typeof wrapRoute)['body']>,
): Promise<CallDetail> {
  const call = await loadCall(trx, actor, id, 'call.work')
  if (call.answered_at === null && call.ended_at === null)
    throw new AppError('invalid', undefined, [
      { path: 'disposition', message: 'is written once the call is answered' },
    ])
  await sql`update call set disposition = ${disposition}, note = nullif(${note}, ''), wrapped_up_at = now(), wrapped_up_by = ${actor.name} where id = ${id}`.execute(
    trx,
  )
  const line = await lineOf(trx, actor)
  if (line?.presence === 'wrap-up' && actor.userId !== null) {
    await sql`update agent_line set presence = 'available', presence_since = now(), wrap_until = null where user_id = ${actor.userId}`.execute(
      trx,
    )
    await order(trx, {
      accountId: line.account_id,
      callId: null,
      act: 'unpause',
      data: { extension: line.extension },
      userId: actor.userId,
    })
  }
  await audit(trx, actor, {
    action: 'call.wrap-up',
    personId: call.person_id,
    subject: `call:${id} ${disposition}`,
    fields: ['disposition', 'note'],
  })
  if (actor.userId !== null) await notify(trx, 'call', { userId: actor.userId })
  return getCall(trx, actor, id)
}

/** The whole number, for who may see it. @throws {AppError} not-found */
export async function revealNumber(
  db: Db,
  actor: Actor,
  id: number,
  reason: string,
): Promise<{ number: string }> {
  const reach = authorize(actor, 'person.reveal')
  const call = await loadCall(db, actor, id)
  // Who may look at calls there and at numbers here sees no number from there.
  const { rows } = await sql`select 1 from call c where c.id = ${id} and ${callWithin(actor, reach)}`.execute(
    db,
  )
  found(rows[0])
  await audit(db, actor, {
    action: 'call.reveal',
    personId: call.person_id,
    subject: `call:${id}`,
    fields: ['number'],
    reason,
  })
  return { number: found(call.number) }
}
