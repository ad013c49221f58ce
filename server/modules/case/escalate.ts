import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { Fired } from '../clock/rule.ts'
import { createTasks, type NewTask } from '../task/create.ts'
import { raisePriority } from '../task/deadline.ts'
import { automatic, writeLog } from './log.ts'
import { numberOf } from './scope.ts'

type Row = {
  id: number
  site_id: number
  person_id: number | null
  departments: number[]
  owner_department_id: number | null
  category: string
  task_id: number | null
}

/** By level: the owner, the heads of the departments, the head of the service centre, the leadership. */
const titles = [
  '个案到期未办',
  '个案超期，请科主任督办',
  '个案超期，请服务主管过问',
  '个案超期，请院领导过问',
]

/**
 * The ladder: level 0 moves the owner's task to the top, each further level makes a task for the next in line. Every level is written in the
 * log of the case once; the clock fires none twice.
 */
export async function escalate(trx: Trx, clocks: Fired[]): Promise<void> {
  const { rows } = await sql<Row>`
    select x.id, x.site_id, x.person_id, array(select department_id from case_department d where d.case_id = x.id order by 1) as departments,
      x.owner_department_id, k.name as category, t.id as task_id
    from service_case x join case_category k on k.id = x.category_id left join task t on t.cause = 'case:' || x.id || ':' || x.reopened
    where x.id = any(${clocks.map((one) => one.subjectId)}::bigint[])`.execute(trx)
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const clock of clocks) {
    const row = byId.get(clock.subjectId)
    if (!row) continue
    await sql`update service_case set escalated = greatest(escalated, ${clock.level + 1}) where id = ${row.id}`.execute(
      trx,
    )
    await writeLog(trx, automatic, row.id, 'escalated', null, { level: clock.level, clockId: clock.clockId })
    if (row.task_id !== null) await raisePriority(trx, [{ id: row.task_id, priority: 2 }])
    if (clock.level > 0) await createTasks(trx, tasksOf(row, clock))
  }
}

function tasksOf(row: Row, { clockId, level, at }: Fired): NewTask[] {
  const own = row.departments.length > 0 ? row.departments : [row.owner_department_id]
  const departments = level === 1 ? own : [null]
  return departments.map((departmentId) => ({
    kind: 'other',
    level: null,
    title: titles[level] ?? '个案超期',
    description: `${numberOf(row.id)}：${row.category}`,
    personId: row.person_id,
    subject: { kind: 'case', id: row.id },
    encounterId: null,
    enrollmentId: null,
    stepKey: null,
    cause: `case-late:${clockId}:${level}:${departmentId ?? 0}`,
    place: { siteId: row.site_id, departmentId, attendingStaffId: null },
    assignee: departmentId === null ? 'service-centre' : 'department-head',
    priority: level > 1 ? 2 : 1,
    startAt: at,
    dueAt: new Date(at.getTime() + 86_400_000),
    questionnaireVersionId: null,
  }))
}
