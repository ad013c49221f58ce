import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { notifyTaskLists } from './notify.ts'

type Placed = { site_id: number | null; department_id: number | null; assignee_staff_id: number | null }

/** Open tasks follow the deadline that moved. */
export async function moveDue(trx: Trx, tasks: { id: number; dueAt: Date }[]): Promise<void> {
  const { rows } = await sql<Placed>`
    update task t set due_at = u.due_at, version = t.version + 1
    from unnest(${tasks.map((task) => task.id)}::bigint[], ${tasks.map((task) => task.dueAt)}::timestamptz[]) as u(id, due_at)
    where t.id = u.id and t.status in ('requested', 'in-progress') and t.due_at <> u.due_at
    returning t.site_id, t.department_id, t.assignee_staff_id`.execute(trx)
  await notifyTaskLists(trx, rows)
}

/** Open tasks move up on their lists, to at least this priority; lists that show them are told in any case. */
export async function raisePriority(trx: Trx, tasks: { id: number; priority: 1 | 2 }[]): Promise<void> {
  const { rows } = await sql<Placed>`
    update task t set priority = greatest(t.priority, u.priority), version = t.version + 1
    from unnest(${tasks.map((task) => task.id)}::bigint[], ${tasks.map((task) => task.priority)}::smallint[]) as u(id, priority)
    where t.id = u.id and t.status in ('requested', 'in-progress')
    returning t.site_id, t.department_id, t.assignee_staff_id`.execute(trx)
  await notifyTaskLists(trx, rows)
}
