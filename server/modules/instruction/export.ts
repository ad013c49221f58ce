import writeXlsxFile from 'write-excel-file/node'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { tableSheet } from '../../platform/sheet.ts'
import { maskName } from '../person/mask.ts'
import { type InstructionFilter, instructionRows } from './list.ts'

const most = 20_000

/** The filtered list as a workbook; names masked, because a file leaves the house. */
export async function exportInstructions(db: Db, actor: Actor, filter: InstructionFilter): Promise<Buffer> {
  authorize(actor, 'figure.export')
  const rows = await instructionRows(db, actor, filter, most)
  await audit(db, actor, {
    action: 'instruction.export',
    subject: `rows:${rows.length}`,
    fields: ['name-masked', 'report'],
  })
  const data = tableSheet(rows, [
    ['编号', (row) => row.id],
    ['患者', (row) => maskName(row.person_name)],
    ['科室', (row) => row.department_name],
    ['责任人', (row) => row.assignee_name ?? row.assignee_role],
    ['原因', (row) => row.reason],
    ['指令内容', (row) => row.text],
    ['下达时间', (row) => row.issued_at],
    ['下达人', (row) => row.issued_by_name],
    ['截止时间', (row) => row.due_at],
    ['状态', (row) => row.status],
    ['轮次', (row) => row.round],
    ['执行时间', (row) => row.executed_at],
    ['执行人', (row) => row.executed_by_name],
    ['结果', (row) => row.outcome],
    ['执行情况', (row) => row.report],
    ['提交时间', (row) => row.submitted_at],
    ['归档时间', (row) => row.filed_at],
  ])
  return writeXlsxFile(data, { stickyRowsCount: 1 }).toBuffer()
}
