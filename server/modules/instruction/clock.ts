import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { ClockRule } from '../clock/rule.ts'
import { moveDue, raisePriority } from '../task/deadline.ts'

export const executionClock = 'instruction.execution'

/** How long a department has to execute a round: late ones become urgent, those that stay late go to the top of the list. */
export const instructionClock: ClockRule = {
  kind: executionClock,
  subjectKind: 'instruction',
  allowed: { setting: 'follow-up.instruction.days', unit: 'days' },
  escalations: [{ setting: 'follow-up.instruction.escalate-hours', unit: 'hours' }],
  fired: async (trx, clocks) => {
    const tasks = await tasksOf(trx, clocks)
    await raisePriority(
      trx,
      tasks.map(({ id, level }) => ({ id, priority: level === 0 ? 1 : 2 })),
    )
  },
  timed: async (trx, clocks) => {
    const tasks = await tasksOf(trx, clocks)
    await moveDue(
      trx,
      tasks.flatMap(({ id, dueAt }) => (dueAt ? { id, dueAt } : [])),
    )
  },
}

async function tasksOf<T extends { subjectId: number }>(
  trx: Trx,
  clocks: T[],
): Promise<(T & { id: number })[]> {
  const { rows } = await sql<{ id: number; task_id: number }>`
    select id, task_id from return_visit_instruction
    where id = any(${clocks.map((one) => one.subjectId)}::bigint[]) and task_id is not null`.execute(trx)
  const tasks = new Map(rows.map((row) => [row.id, row.task_id]))
  return clocks.flatMap((one) => {
    const id = tasks.get(one.subjectId)
    return id === undefined ? [] : { ...one, id }
  })
}
