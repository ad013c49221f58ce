import { sql } from 'kysely'
import type { Db, Trx } from '../../platform/db.ts'
import { notify } from '../../platform/live.ts'
import { wakeLoop } from '../../platform/loop.ts'

export type CallAct =
  'dial' | 'transfer' | 'hold' | 'resume' | 'hang-up' | 'listen' | 'whisper' | 'barge' | 'pause' | 'unpause'

/** Where the adapter listens (`server/feeds/telephony`). */
export const telephonyLoop = 'telephony'

/** @returns the id of the command */
export async function order(
  trx: Trx,
  command: {
    accountId: number
    callId: number | null
    act: CallAct
    data: Record<string, unknown>
    userId: string | null
  },
): Promise<number> {
  const { id } = await trx
    .insertInto('call_command')
    .values({
      account_id: command.accountId,
      call_id: command.callId,
      act: command.act,
      data: JSON.stringify(command.data),
      user_id: command.userId,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  wakeLoop(telephonyLoop)
  return id
}

export type Command = {
  id: number
  externalId: string | null
  act: CallAct
  data: Record<string, unknown>
}

/** A telephone that rings much later than somebody asked for it would startle two people. */
const staleSeconds = 20

/**
 * Takes the waiting commands of a telephone system, each once: they are marked before they go out, so that a crash loses one rather than
 * dials twice. What waited too long is given up; with `staleOnly` nothing else is taken.
 */
export async function takeCommands(
  db: Db,
  accountId: number,
  { staleOnly = false } = {},
): Promise<Command[]> {
  const { rows } = await sql<Command & { stale: boolean }>`
    with taken as (
      update call_command set sent_at = now() where id in (
        select id from call_command where account_id = ${accountId} and sent_at is null
          and (not ${staleOnly} or requested_at < now() - ${staleSeconds} * interval '1 second') order by id limit 100 for update skip locked)
      returning id, call_id, act, data, requested_at < now() - ${staleSeconds} * interval '1 second' as stale)
    select t.id, t.act, t.data, t.stale, c.external_id as "externalId" from taken t left join call c on c.id = t.call_id order by t.id`.execute(
    db,
  )
  for (const { id } of rows.filter((row) => row.stale))
    await finishCommand(db, id, 'The telephone system is not connected.')
  return rows.filter((row) => !row.stale)
}

/** Notes the answer of the telephone system; a call that could not be dialled ends there. */
export async function finishCommand(db: Db, id: number, error: string | null): Promise<void> {
  await sql`
    with done as (update call_command set done_at = now(), error = ${error} where id = ${id} returning call_id, act, user_id)
    update call c set ended_at = coalesce(c.ended_at, now()), cause = coalesce(c.cause, 'not-dialled')
    from done where ${error}::text is not null and done.act = 'dial' and c.id = done.call_id`.execute(db)
  if (error === null) return
  const { rows } = await sql<{
    user_id: string | null
  }>`select user_id from call_command where id = ${id}`.execute(db)
  if (rows[0]?.user_id) await notify(db, 'call', { userId: rows[0].user_id })
}
