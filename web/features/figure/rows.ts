import type { FigureName } from './measures.ts'
import type { FigureScope, Grouping } from './period.ts'

/** Which rows: a figure of the whole scope, or of one group or one point of the trend. */
export type RowsAt = { name: FigureName; by?: Grouping; key?: string; label?: string }

/** The address of the rows. The dates are written out, so that a shared link means the same days tomorrow. */
export function rowsSearch({ query }: FigureScope, { name, by, key, label }: RowsAt) {
  return {
    period: 'custom',
    from: query.from,
    to: query.to,
    level: query.level,
    siteId: query.siteId,
    departmentId: query.departmentId,
    attendingStaffId: query.attendingStaffId,
    figure: name,
    ...(by && key !== undefined ? { group: by, key, label } : {}),
  }
}
