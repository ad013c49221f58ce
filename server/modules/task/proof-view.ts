import { sql } from 'kysely'
import type { TaskDetail } from '../../../contract/task.ts'
import { type Actor, may } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import type { TaskRow } from './list.ts'
import { isTimedCall, ownResponsesOf } from './proof.ts'

type Attempt = {
  channel: string
  outcome: string
  at: Date
  recorded_at: Date
  duration_seconds: number | null
  user_name: string
}

/** All evidence for a task's result, added or already known; withdrawn evidence stays visible. */
export async function evidenceOf(
  db: Db,
  actor: Actor,
  task: TaskRow,
  last: Attempt | undefined,
  shortCall: number,
): Promise<TaskDetail['evidence']> {
  const given = await db
    .selectFrom('task_evidence')
    .selectAll()
    .where('task_id', '=', task.id)
    .orderBy('id')
    .execute()
  const { rows: own } = await sql<{ id: number; updated_at: Date }>`
    select own.* from task t, lateral (${ownResponsesOf}) own where t.id = ${task.id}`.execute(db)
  const none = { id: null, reference: null, place: null, durationSeconds: null, withdrawn: null }
  const timed =
    last &&
    task.status === 'completed' &&
    isTimedCall(
      {
        channel: last.channel,
        at: last.at,
        recordedAt: last.recorded_at,
        durationSeconds: last.duration_seconds,
      },
      shortCall,
    )
  return [
    ...(timed
      ? [
          {
            ...none,
            kind: 'call-record' as const,
            at: last.at.toISOString(),
            durationSeconds: last.duration_seconds,
            recordedByName: last.user_name,
            mayWithdraw: false,
          },
        ]
      : []),
    ...own.map((one) => ({
      ...none,
      kind: 'reply' as const,
      at: one.updated_at.toISOString(),
      recordedByName: null,
      mayWithdraw: false,
    })),
    ...given.map((row) => ({
      id: row.id,
      kind: row.kind,
      reference: row.reference,
      place: row.place,
      at: row.at?.toISOString() ?? null,
      durationSeconds: row.duration_seconds,
      recordedByName: row.recorded_by_name,
      withdrawn:
        row.withdrawn_at === null
          ? null
          : {
              at: row.withdrawn_at.toISOString(),
              byName: row.withdrawn_by_name ?? '',
              reason: row.withdrawn_reason ?? '',
            },
      mayWithdraw: row.withdrawn_at === null && may(actor, 'task.work'),
    })),
  ]
}
