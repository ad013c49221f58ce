import {
  exportFollowUpFigures,
  getCompleteness as getCompletenessRoute,
  getFollowUpFigures as getFollowUpFiguresRoute,
  listFollowUpRows as listFollowUpRowsRoute,
} from '../../../contract/figure.ts'
import { type Api, implement } from '../../platform/http.ts'
import { xlsxType } from '../../platform/sheet.ts'
import { getCompleteness } from './completeness.ts'
import { exportFollowUp } from './export.ts'
import { getFollowUpFigures, listFollowUpRows } from './follow-up.ts'

export function mountFigure(api: Api): void {
  implement(api, getFollowUpFiguresRoute, ({ db, actor, query }) => getFollowUpFigures(db, actor, query))
  implement(api, getCompletenessRoute, ({ db, actor }) => getCompleteness(db, actor))
  implement(api, listFollowUpRowsRoute, ({ db, actor, query }) => listFollowUpRows(db, actor, query))
  implement(api, exportFollowUpFigures, async ({ c, db, actor, query }) => {
    const file = await exportFollowUp(db, actor, query)
    return c.body(new Uint8Array(file), 200, {
      'Content-Type': xlsxType,
      'Content-Disposition': `attachment; filename="follow-up-${query.from}-${query.to}.xlsx"`,
    })
  })
}
