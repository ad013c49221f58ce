import { sql } from 'kysely'
import type { ClockRule } from '../clock/rule.ts'
import { recordEvents } from '../event/event.ts'
import { raisePriority } from '../task/deadline.ts'
import { promiseClock } from './clock-kind.ts'
import { watchRepeats } from './repeat.ts'

/** Its time ran out and nobody kept it: broken, once; the task of its owner moves up. */
export const promiseRule: ClockRule = {
  kind: promiseClock,
  subjectKind: 'promise',
  allowed: { setting: 'case.promise-days', unit: 'working-days' },
  escalations: [],
  fired: async (trx, clocks) => {
    const ids = clocks.map((one) => one.subjectId)
    const { rows } = await sql<{ id: number; person_id: number | null; site_id: number }>`
      update promise m set status = 'broken', ended_at = u.at, version = m.version + 1
      from unnest(${ids}::bigint[], ${clocks.map((one) => one.at)}::timestamptz[]) as u(id, at)
      where m.id = u.id and m.status = 'open' returning m.id, m.person_id, m.site_id`.execute(trx)
    const { rows: tasks } = await sql<{ id: number }>`
      select id from task where cause = any(${rows.map((row) => `promise:${row.id}`)}::text[])`.execute(trx)
    await raisePriority(
      trx,
      tasks.map((task) => ({ id: task.id, priority: 2 })),
    )
    await recordEvents(
      trx,
      rows.map((row) => ({
        personId: row.person_id,
        at: clocks.find((one) => one.subjectId === row.id)?.at ?? new Date(),
        kind: 'promise.broken' as const,
        source: 'careloop',
        data: { subject: { kind: 'promise', id: row.id } },
      })),
    )
    for (const row of rows) await watchRepeats(trx, row.id, 'broken')
  },
  timed: () => Promise.resolve(),
}
