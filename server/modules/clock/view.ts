import { type RawBuilder, sql } from 'kysely'
import type { ClockView } from '../../../contract/clock.ts'

export type ClockColumns = {
  due_at: Date | null
  breached_at: Date | null
  escalation_level: number | null
  paused_at: Date | null
  pause_reason: string | null
}

/** The running clock of a subject, else its last one, as `c`. @param subjectId an expression */
export const joinClock = (kind: string, subjectId: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  left join lateral (select * from clock where kind = ${kind} and subject_id = ${subjectId} order by id desc limit 1) c on true`

export const clockViewColumns = sql`c.due_at, c.breached_at, c.escalation_level, c.paused_at, c.pause_reason`

export function viewClock(row: ClockColumns): ClockView {
  return {
    dueAt: row.due_at?.toISOString() ?? null,
    breachedAt: row.breached_at?.toISOString() ?? null,
    escalationLevel: row.escalation_level ?? 0,
    pausedAt: row.paused_at?.toISOString() ?? null,
    pauseReason: row.pause_reason,
  }
}
