import type { Trx } from '../../platform/db.ts'
import { notifyAll } from '../../platform/live.ts'

type Placed = { site_id: number | null; department_id: number | null; assignee_staff_id: number | null }

/** Lists that show these tasks are told that something changed. */
export async function tellTasks(trx: Trx, tasks: Placed[]): Promise<void> {
  await notifyAll(
    trx,
    'tasks',
    tasks.map((task) => ({
      siteId: task.site_id,
      departmentId: task.department_id,
      staffId: task.assignee_staff_id,
      changed: 1,
    })),
  )
}
