import writeXlsxFile from 'write-excel-file/node'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { tableSheet } from '../../platform/sheet.ts'
import { maskName, maskPhone } from '../person/mask.ts'
import { type TaskFilter, taskRows } from './list.ts'

const most = 20_000

/** The filtered list as a workbook; names and numbers masked, because a file leaves the hospital. */
export async function exportTasks(db: Db, actor: Actor, filter: TaskFilter): Promise<Buffer> {
  authorize(actor, 'figure.export')
  const rows = await taskRows(db, actor, filter, most - 1)
  await audit(db, actor, {
    action: 'task.export',
    subject: `rows:${rows.length}`,
    fields: ['name-masked', 'phone-masked'],
  })
  const data = tableSheet(rows, [
    ['编号', (row) => row.id],
    ['患者', (row) => (row.person_name === null ? row.group_name : maskName(row.person_name))],
    ['电话', (row) => row.phone && maskPhone(row.phone)],
    ['层级', (row) => row.level],
    ['任务', (row) => row.title],
    ['科室', (row) => row.department_name],
    ['责任人', (row) => row.assignee_name ?? row.assignee_role],
    ['诊断', (row) => row.condition_text],
    ['出院时间', (row) => row.discharged_at],
    ['截止时间', (row) => row.due_at],
    ['状态', (row) => row.status],
    ['结果', (row) => row.outcome],
    ['完成时间', (row) => row.completed_at],
    ['拨打次数', (row) => row.attempts],
  ])
  return writeXlsxFile(data, { stickyRowsCount: 1 }).toBuffer()
}
