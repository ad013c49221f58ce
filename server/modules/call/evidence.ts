import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { settingSql } from '../setting/setting.ts'
import { insertEvidence } from '../task/evidence.ts'
import { refreshProof } from '../task/proof.ts'
import { loadTask } from '../task/task.ts'

/** How long after a call its result may be written down and still be that call's, in minutes. */
const writingMinutes = 60

const telephony = systemActor('system:telephony', 'telephony')

/**
 * The record of a call is the evidence of the result that the same agent wrote down during it or soon after. A call too short to ask
 * anything proves nothing.
 * @param taskIds only the calls of these tasks
 */
export async function proveByCalls(trx: Trx, taskIds: number[]): Promise<void> {
  if (taskIds.length === 0) return
  const { rows } = await sql<{
    call_id: number
    task_id: number
    attempt_id: number
    answered_at: Date
    seconds: number
  }>`
    select distinct on (c.task_id) c.id as call_id, c.task_id, a.id as attempt_id, c.answered_at,
      extract(epoch from c.ended_at - c.answered_at)::int as seconds
    from call c join task t on t.id = c.task_id
      join lateral (select * from task_attempt x where x.task_id = t.id order by x.number desc limit 1) a on true
    where c.task_id = any(${taskIds}::bigint[]) and c.ended_at is not null and c.answered_at is not null and t.status = 'completed'
      and a.channel in ('phone', 'video') and a.recorded_at between c.answered_at and c.ended_at + ${writingMinutes} * interval '1 minute'
      and exists (select 1 from call_leg l where l.call_id = c.id and l.answered_at is not null and 'user:' || l.user_id = a.user_id)
      and c.ended_at - c.answered_at >= greatest(1, (${settingSql('spot-check.short-call-seconds', sql`c.site_id`)})::int) * interval '1 second'
      and not exists (select 1 from task_evidence e where e.kind = 'call-record' and e.withdrawn_at is null
        and (e.attempt_id = a.id or e.reference = 'call:' || c.id))
    order by c.task_id, c.id desc`.execute(trx)
  for (const row of rows) {
    const task = await loadTask(trx, telephony, 'task.work', row.task_id)
    const at = new Date(Math.max(row.answered_at.getTime(), task.discharged_at?.getTime() ?? 0))
    await insertEvidence(
      trx,
      telephony,
      task,
      {
        kind: 'call-record',
        reference: `call:${row.call_id}`,
        at: at.toISOString(),
        durationSeconds: row.seconds,
      },
      row.attempt_id,
    )
  }
  await refreshProof(
    trx,
    rows.map((row) => row.task_id),
  )
}

/** A result that an agent writes down while on the telephone with that person is this call's, unless the call is another task's already. */
export async function followCallResults(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const results = events.filter(
    (event) =>
      event.kind === 'contact.attempted' && event.taskId !== null && event.actorId?.startsWith('user:'),
  )
  if (results.length === 0) return
  await sql`
    update call c set task_id = f.task_id
    from (
      select distinct on (u.task_id) u.task_id, k.id from unnest(${results.map((event) => event.taskId)}::bigint[],
        ${results.map((event) => event.personId)}::bigint[], ${results.map((event) => event.actorId?.slice('user:'.length))}::text[]) as u(task_id, person_id, user_id)
      join call_leg l on l.user_id = u.user_id and l.answered_at is not null
      join call k on k.id = l.call_id and k.task_id is null and k.person_id = any(${recordsOf(sql`u.person_id`)})
        and coalesce(k.ended_at, now()) > now() - ${writingMinutes} * interval '1 minute'
      where not exists (select 1 from call other where other.task_id = u.task_id and other.ended_at is null)
      order by u.task_id, k.started_at desc
    ) f where c.id = f.id`.execute(trx)
  await proveByCalls(
    trx,
    results.flatMap((event) => event.taskId ?? []),
  )
}
