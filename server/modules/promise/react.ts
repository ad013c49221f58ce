import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import type { AnyEvent } from '../event/event.ts'
import { fulfil } from './promise.ts'

const actor = systemActor('system:promise', '任务完成')

/** Whoever completes the task that asks for a promise has kept it. */
export async function followPromises(trx: Trx, events: AnyEvent[]): Promise<void> {
  const done = events.filter((one) => one.kind === 'task.completed' && one.data['outcome'] === 'done')
  if (done.length === 0) return
  const { rows } = await sql<{ id: number; person_id: number | null }>`
    select m.id, m.person_id from task t join promise m on t.cause = 'promise:' || m.id
    where t.id = any(${done.map((one) => one.taskId)}::bigint[]) and m.status in ('open', 'broken') and m.fulfilled_at is null
    for update of m`.execute(trx)
  for (const row of rows) await fulfil(trx, actor, row)
}
