import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { cell } from '../../platform/sheet.ts'
import { maskName, maskPhone } from '../person/mask.ts'
import { type TaskFilter, taskRows } from './list.ts'

const most = 20_000

/** The filtered list as a workbook; names and numbers masked, because a file leaves the house. */
export async function exportTasks(db: Db, actor: Actor, filter: TaskFilter): Promise<Buffer> {
  authorize(actor, 'figure.export')
  const rows = await taskRows(db, actor, filter, most - 1)
  await audit(db, actor, {
    action: 'task.export',
    subject: `rows:${rows.length}`,
    fields: ['name-masked', 'phone-masked'],
  })
  const head = [
    '编号',
    '患者',
    '电话',
    '层级',
    '任务',
    '科室',
    '责任人',
    '诊断',
    '出院时间',
    '截止时间',
    '状态',
    '结果',
    '完成时间',
    '拨打次数',
  ]
  const data: SheetData = [
    head.map((value) => ({ value, fontWeight: 'bold' as const })),
    ...rows.map((row) => [
      cell(row.id),
      cell(maskName(row.person_name)),
      cell(row.phone && maskPhone(row.phone)),
      cell(row.level),
      cell(row.title),
      cell(row.department_name),
      cell(row.assignee_name ?? row.assignee_role),
      cell(row.condition_text),
      cell(row.discharged_at),
      cell(row.due_at),
      cell(row.status),
      cell(row.outcome),
      cell(row.completed_at),
      cell(row.attempts),
    ]),
  ]
  return writeXlsxFile(data, { stickyRowsCount: 1 }).toBuffer()
}
