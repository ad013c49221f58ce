import type { Trx } from '../../platform/db.ts'
import { notifyAll } from '../../platform/live.ts'

type Placed = { site_id: number | null; department_id: number | null; assignee_staff_id: number | null }

/** Notifies open lists that these tasks changed, once per place and person. */
export async function notifyTaskLists(trx: Trx, tasks: Placed[]): Promise<void> {
  const counts = new Map<string, Placed & { changed: number }>()
  for (const { site_id, department_id, assignee_staff_id } of tasks) {
    const key = [site_id, department_id, assignee_staff_id].join()
    const known = counts.get(key) ?? { site_id, department_id, assignee_staff_id, changed: 0 }
    counts.set(key, { ...known, changed: known.changed + 1 })
  }
  await notifyAll(
    trx,
    'tasks',
    [...counts.values()].map((one) => ({
      siteId: one.site_id,
      departmentId: one.department_id,
      staffId: one.assignee_staff_id,
      changed: one.changed,
    })),
  )
}
