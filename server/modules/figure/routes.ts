import {
  exportFollowUpFigures,
  getCompleteness as getCompletenessRoute,
  getFollowUpFigures as getFollowUpFiguresRoute,
  listFollowUpRows as listFollowUpRowsRoute,
} from '../../../contract/figure.ts'
import {
  exportMonthlyReport,
  getMonthlyReport as getMonthlyReportRoute,
  printMonthlyReport,
} from '../../../contract/report.ts'
import { type Api, implement } from '../../platform/http.ts'
import { xlsxType } from '../../platform/sheet.ts'
import { getCompleteness } from './completeness.ts'
import { exportFollowUp } from './export.ts'
import { getFollowUpFigures, listFollowUpRows } from './follow-up.ts'
import { exportReport, printReport } from './report-export.ts'
import { getMonthlyReport } from './report.ts'

export function mountFigure(api: Api): void {
  implement(api, getFollowUpFiguresRoute, ({ db, actor, query }) => getFollowUpFigures(db, actor, query))
  implement(api, getCompletenessRoute, ({ db, actor }) => getCompleteness(db, actor))
  implement(api, listFollowUpRowsRoute, ({ db, actor, query }) => listFollowUpRows(db, actor, query))
  implement(api, getMonthlyReportRoute, ({ db, actor, query }) => getMonthlyReport(db, actor, query))
  implement(api, exportMonthlyReport, async ({ c, db, actor, query }) => {
    const file = await exportReport(db, actor, query)
    return c.body(new Uint8Array(file), 200, {
      'Content-Type': xlsxType,
      'Content-Disposition': `attachment; filename="follow-up-report-${query.month}.xlsx"`,
    })
  })
  implement(api, printMonthlyReport, async ({ c, db, actor, query }) => {
    const file = await printReport(db, actor, query)
    return c.body(new Uint8Array(file), 200, {
      'Content-Type': 'application/pdf',
      'Content-Disposition': `attachment; filename="follow-up-report-${query.month}.pdf"`,
    })
  })
  implement(api, exportFollowUpFigures, async ({ c, db, actor, query }) => {
    const file = await exportFollowUp(db, actor, query)
    return c.body(new Uint8Array(file), 200, {
      'Content-Type': xlsxType,
      'Content-Disposition': `attachment; filename="follow-up-${query.from}-${query.to}.xlsx"`,
    })
  })
}
