import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { cell } from '../../platform/sheet.ts'
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
  const head = [
    '编号',
    '患者',
    '科室',
    '责任人',
    '原因',
    '指令内容',
    '下达时间',
    '下达人',
    '截止时间',
    '状态',
    '轮次',
    '执行时间',
    '执行人',
    '结果',
    '执行情况',
    '提交时间',
    '归档时间',
  ]
  const data: SheetData = [
    head.map((value) => ({ value, fontWeight: 'bold' as const })),
    ...rows.map((row) => [
      cell(row.id),
      cell(maskName(row.person_name)),
      cell(row.department_name),
      cell(row.assignee_name ?? row.assignee_role),
      cell(row.reason),
      cell(row.text),
      cell(row.issued_at),
      cell(row.issued_by_name),
      cell(row.due_at),
      cell(row.status),
      cell(row.round),
      cell(row.executed_at),
      cell(row.executed_by_name),
      cell(row.outcome),
      cell(row.report),
      cell(row.submitted_at),
      cell(row.filed_at),
    ]),
  ]
  return writeXlsxFile(data, { stickyRowsCount: 1 }).toBuffer()
}
