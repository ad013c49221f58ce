import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import type { FollowUpCounts } from '../../../contract/figure.ts'
import type { MonthlyReport, ProofCounts, RedFlags } from '../../../contract/report.ts'
import { proofClass } from '../../../contract/task.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { runAside } from '../../platform/aside.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { cell, headings } from '../../platform/sheet.ts'
import { percent, proofWords } from './export.ts'
import type { PaperData } from './report-pdf.ts'
import type { PaperLanguage } from './report-words.ts'
import { getMonthlyReport } from './report.ts'

type Query = { month: string; siteId?: number | undefined }

/** The figures of the page, for an exported file. */
async function reportToExport(db: Db, actor: Actor, query: Query, format: string): Promise<MonthlyReport> {
  authorize(actor, 'figure.export')
  const report = await getMonthlyReport(db, actor, query)
  await audit(db, actor, { action: 'figure.report.export', subject: `${query.month} ${format}` })
  return report
}

/**
 * The report as PDF on A4, in the reader's words. Rendered in a separate thread.
 * @throws {AppError} unavailable when rendering took more than half a minute
 */
export async function printReport(
  db: Db,
  actor: Actor,
  { language, ...query }: Query & { language: PaperLanguage },
): Promise<Uint8Array> {
  const report = await reportToExport(db, actor, query, 'PDF')
  const data: PaperData = { report, language }
  return runAside(new URL('report-pdf-thread.ts', import.meta.url), data, { timeoutMs: 30_000 })
}

/** The report as a workbook: levels, departments, red flags, spot checks. */
export async function exportReport(db: Db, actor: Actor, query: Query): Promise<Buffer> {
  const report = await reportToExport(db, actor, query, 'XLSX')
  return writeXlsxFile(
    [
      { data: levelSheet(report), sheet: '各级随访' },
      { data: departmentSheet(report), sheet: '科室' },
      { data: redFlagSheet(report), sheet: '红旗' },
      { data: doctorSheet(report), sheet: '抽查' },
    ].map((sheet) => ({ ...sheet, stickyRowsCount: 1 })),
  ).toBuffer()
}

const countHeads = [
  ...['出院', '应随访', '未到期', '已随访', '有凭证', '仅口述', '按时', '接通', '失访', '拒访'],
  ...['覆盖率', '有凭证覆盖率', '仅口述覆盖率', '及时率', '接通率'],
]
const countCells = (counts: FollowUpCounts | null) =>
  counts ? cellsOf(counts) : countHeads.map(() => cell(null))
const cellsOf = (counts: FollowUpCounts) => [
  ...[counts.discharged, counts.planned, counts.pending, counts.followed, counts.proven, counts.stated].map(
    cell,
  ),
  ...[counts.onTime, counts.reached, counts.unreached, counts.refused].map(cell),
  ...[counts.coverage, counts.provenCoverage, counts.statedCoverage, counts.timeliness, counts.reach].map(
    percent,
  ),
]
const proofHeads = proofClass.options.map((one) => proofWords[one])
const proofCells = (proof: ProofCounts) => proofClass.options.map((one) => cell(proof[one]))

function levelSheet(report: MonthlyReport): SheetData {
  return [
    headings(['级别', '时期', ...countHeads, ...proofHeads]),
    ...report.levels.flatMap(({ level, now, before, lastYear, proof }) => [
      [cell(level), cell(report.month), ...countCells(now), ...proofCells(proof)],
      [cell(level), cell('上月'), ...countCells(before)],
      [cell(level), cell('去年同月'), ...countCells(lastYear)],
    ]),
  ]
}

function departmentSheet(report: MonthlyReport): SheetData {
  return [
    headings(['级别', '科室', ...countHeads, '上月覆盖率', ...proofHeads]),
    ...report.levels.flatMap(({ level, departments }) =>
      departments.map((one) => [
        cell(level),
        cell(one.departmentName),
        ...countCells(one.now),
        percent(one.before?.coverage ?? null),
        ...proofCells(one.proof),
      ]),
    ),
  ]
}

function redFlagSheet({ redFlags }: MonthlyReport): SheetData {
  const line = (name: string | null, flags: RedFlags) => [
    cell(name),
    ...[flags.raised, flags.acted, flags.inTime, flags.medianMinutes, flags.p90Minutes].map(cell),
  ]
  return [
    headings(['科室', '红旗', '已处置', '按时处置', '处置用时中位数（分钟）', '处置用时 90% 位数（分钟）']),
    ...redFlags.departments.map((one) => line(one.departmentName, one.now)),
    line('合计', redFlags.now),
    line('上月', redFlags.before),
    line('去年同月', redFlags.lastYear),
  ]
}

function doctorSheet({ doctors }: MonthlyReport): SheetData {
  return [
    headings(['医生', '科室', '抽查', '一致', '不一致', '一致率', '95% 下限', '95% 上限']),
    ...doctors.map(({ staffName, departmentName, now }) => [
      cell(staffName),
      cell(departmentName),
      ...[now.checked, now.agreed, now.disagreed].map(cell),
      percent(now.spotCheck?.value ?? null),
      percent(now.spotCheck?.low ?? null),
      percent(now.spotCheck?.high ?? null),
    ]),
  ]
}
