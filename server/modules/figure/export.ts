import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import type { ProofClass } from '../../../contract/task.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { cell, headings, tableSheet } from '../../platform/sheet.ts'
import { maskName } from '../../../contract/export.ts'
import { dischargeRows, type FigureQuery, getFollowUpFigures } from './follow-up.ts'

const most = 20_000
export const proofWords: Record<ProofClass, string> = {
  'call-record': '通话记录',
  reply: '本人回复',
  'visit-note': '上门记录',
  document: '书面材料',
  stated: '仅口述',
}
export const percent = (value: number | null) =>
  value === null ? null : { type: Number, value, format: '0.0%' }

/** Two sheets: the figures by group, and the underlying discharges with masked names. */
export async function exportFollowUp(db: Db, actor: Actor, query: FigureQuery): Promise<Buffer> {
  const reach = authorize(actor, 'figure.export')
  const figures = await getFollowUpFigures(db, actor, query)
  const rows = await dischargeRows(db, actor, reach, { ...query, by: undefined, measure: 'discharged' }, most)
  await audit(db, actor, { action: 'figure.export', subject: `rows:${rows.length}`, fields: ['name-masked'] })
  const line = (label: string, counts: (typeof figures)['total']) => [
    cell(label),
    ...[
      counts.discharged,
      counts.planned,
      counts.followed,
      counts.onTime,
      counts.reached,
      counts.unreached,
    ].map(cell),
    ...[counts.proven, counts.stated].map(cell),
    ...[counts.refused, counts.stopped, counts.open, counts.pending, counts.overdue].map(cell),
    percent(counts.coverage),
    percent(counts.provenCoverage),
    percent(counts.statedCoverage),
    percent(counts.timeliness),
    percent(counts.reach),
    ...[counts.checked, counts.agreed].map(cell),
    percent(counts.spotCheck?.value ?? null),
    percent(counts.spotCheck?.low ?? null),
    percent(counts.spotCheck?.high ?? null),
  ]
  const summary: SheetData = [
    headings([
      '分组',
      '出院',
      '已建任务',
      '已随访',
      '按时',
      '接通',
      '未接通',
      '有凭证',
      '仅口述',
      '拒访',
      '中止',
      '进行中',
      '未到期',
      '超期',
      '覆盖率',
      '有凭证覆盖率',
      '仅口述覆盖率',
      '及时率',
      '接通率',
      '抽查',
      '抽查一致',
      '抽查一致率',
      '95% 下限',
      '95% 上限',
    ]),
    ...figures.groups.map((group) => line(group.label, group)),
    line('合计', figures.total),
  ]
  const detail = tableSheet(rows, [
    ['患者', (row) => maskName(row.person_name)],
    ['科室', (row) => row.department_name],
    ['主管医生', (row) => row.attending_name],
    ['诊断', (row) => row.condition_text],
    ['出院时间', (row) => row.ends_at],
    ['层级', (row) => row.level],
    ['状态', (row) => row.status],
    ['结果', (row) => row.outcome],
    ['截止时间', (row) => row.due_at],
    ['完成时间', (row) => row.completed_at],
    ['拨打次数', (row) => row.attempts],
    ['凭证', (row) => row.proof && proofWords[row.proof]],
    ['责任人', (row) => row.assignee_name],
  ])
  return writeXlsxFile([
    { data: summary, sheet: '指标', stickyRowsCount: 1 },
    { data: detail, sheet: '明细', stickyRowsCount: 1 },
  ]).toBuffer()
}
