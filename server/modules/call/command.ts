import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { controlCall, superviseCall } from '../../../contract/call.ts'
import type { dial as dialRoute } from '../../../contract/line.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { permit } from '../contact/permit.ts'
import { recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { assertHeld } from '../task/attempt.ts'
import { loadPersonTask } from '../task/task.ts'
import { loadCall } from './detail.ts'
import { lineOf, type Line } from './line.ts'
import { order } from './order.ts'

/**
 * Asks the telephone system to call a person: the agent's telephone rings, then the person's. The gate is asked before, once for a task
 * that the agent holds.
 * @throws {AppError} not-found, contact-refused, not-held, invalid (no telephone to call from, or no number to call)
 */
export async function dial(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof dialRoute)['body']>,
): Promise<{ callId: number }> {
  authorize(actor, 'call.work')
  const line = await lineOf(trx, actor)
  if (!line)
    throw new AppError('invalid', 'Sit at a telephone first.', [{ path: 'line', message: 'is missing' }])
  const { person } = await loadPerson(trx, actor, input.personId)
  if (input.taskId !== undefined) {
    const task = await loadPersonTask(trx, actor, 'task.work', input.taskId)
    if (task.person_id !== person.id) throw new AppError('not-found')
    assertHeld(task, actor)
  } else await assertMayCall(trx, person.id, line.site_id)
  const number = await numberOf(trx, person.id, input)
  const externalId = `careloop-${randomUUID()}`
  const { id } = await trx
    .insertInto('call')
    .values({
      account_id: line.account_id,
      site_id: line.site_id,
      external_id: externalId,
      direction: 'outbound',
      number,
      started_at: sql<Date>`now()`,
      seen_at: sql<Date>`now()`,
      person_id: person.id,
      linked_by: input.taskId === undefined ? 'staff' : 'task',
      task_id: input.taskId ?? null,
      made_by: actor.userId,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await order(trx, {
    accountId: line.account_id,
    callId: id,
    act: 'dial',
    data: { channelId: externalId, extension: line.extension, number },
    userId: actor.userId,
  })
  await audit(trx, actor, {
    action: 'call.dial',
    personId: person.id,
    subject: `call:${id}`,
    fields: ['number'],
  })
  return { callId: id }
}

async function assertMayCall(trx: Trx, personId: number, siteId: number): Promise<void> {
  const request = {
    key: 0,
    personId,
    channel: 'phone',
    purpose: 'service',
    automatic: false,
    siteId,
  } as const
  const verdict = (await permit(trx, [request])).get(0)
  // Quiet hours do not refuse a call by hand: the person may have asked for that hour.
  if (verdict?.kind !== 'refuse') return
  throw new AppError('contact-refused', `This person must not be contacted: ${verdict.reason}.`, [
    { path: 'contact', message: verdict.reason },
  ])
}

/** @throws {AppError} invalid */
async function numberOf(
  trx: Trx,
  personId: number,
  { telecomId, relationshipId }: { telecomId?: number | undefined; relationshipId?: number | undefined },
): Promise<string> {
  const records = recordsOf(sql`${personId}`)
  const { rows } = await (
    relationshipId === undefined
      ? sql<{
          number: string | null
        }>`select value as number from person_telecom where person_id = any(${records}) and system = 'phone'
        and ${telecomId === undefined ? sql`valid` : sql`id = ${telecomId}`} order by valid desc, updated_at desc, id limit 1`
      : sql<{
          number: string | null
        }>`select phone as number from person_relationship where id = ${relationshipId} and person_id = any(${records})`
  ).execute(trx)
  const number = rows[0]?.number
  if (!number)
    throw new AppError('invalid', undefined, [
      {
        path: relationshipId === undefined ? 'telecomId' : 'relationshipId',
        message: 'has no number to call',
      },
    ])
  return number
}

/** The extension of a running telephone of the actor in this call. @throws {AppError} not-found */
async function myLeg(db: Db, actor: Actor, callId: number): Promise<string> {
  const { rows } = await sql<{ external_id: string }>`
    select external_id from call_leg where call_id = ${callId} and user_id = ${actor.userId} and ended_at is null
    order by answered_at desc nulls last limit 1`.execute(db)
  return found(rows[0]).external_id
}

/** @throws {AppError} not-found, already-closed, invalid */
export async function control(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof controlCall)['body']>,
): Promise<{ commandId: number }> {
  const call = await loadCall(trx, actor, id, 'call.work')
  if (call.ended_at) throw new AppError('already-closed')
  const legId = await myLeg(trx, actor, id)
  const data: Record<string, unknown> = { legId }
  if (input.act === 'transfer') {
    const to = await colleague(trx, call.account_id, input.userId ?? '')
    data['extension'] = to.extension
  }
  await audit(trx, actor, { action: `call.${input.act}`, personId: call.person_id, subject: `call:${id}` })
  return {
    commandId: await order(trx, {
      accountId: call.account_id,
      callId: id,
      act: input.act,
      data,
      userId: actor.userId,
    }),
  }
}

/** @throws {AppError} invalid when the colleague sits at no telephone of this system */
async function colleague(trx: Trx, accountId: number, userId: string): Promise<{ extension: string }> {
  const row = await trx
    .selectFrom('agent_line')
    .select('extension')
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (!row)
    throw new AppError('invalid', undefined, [
      { path: 'userId', message: 'sits at no telephone of this system' },
    ])
  return row
}

/** @throws {AppError} not-found, already-closed, invalid */
export async function supervise(
  trx: Trx,
  actor: Actor,
  id: number,
  act: z.output<(typeof superviseCall)['body']>['act'],
): Promise<{ commandId: number }> {
  const call = await loadCall(trx, actor, id, 'call.supervise')
  if (call.ended_at) throw new AppError('already-closed')
  const line: Line | undefined = await lineOf(trx, actor)
  if (line?.account_id !== call.account_id)
    throw new AppError('invalid', 'Sit at a telephone first.', [{ path: 'line', message: 'is missing' }])
  const { rows } = await sql<{ external_id: string }>`
    select external_id from call_leg where call_id = ${id} and answered_at is not null and ended_at is null order by answered_at desc limit 1`.execute(
    trx,
  )
  const legId = found(rows[0]).external_id
  await audit(trx, actor, { action: `call.${act}`, personId: call.person_id, subject: `call:${id}` })
  const data = { legId, extension: line.extension }
  return {
    commandId: await order(trx, { accountId: call.account_id, callId: id, act, data, userId: actor.userId }),
  }
}
