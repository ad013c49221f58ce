import type { Cell, SheetData } from 'write-excel-file/node'
import { plainCell } from '../../contract/export.ts'

type Value = string | number | Date | null | undefined

/** A spreadsheet cell of a value that people typed. */
export function cell(value: Value): Cell {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'number') return { type: Number, value }
  if (value instanceof Date) return { type: Date, value, format: 'yyyy-mm-dd hh:mm' }
  return { type: String, value: plainCell(value) }
}

export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const headings = (words: string[]) => words.map((value) => ({ value, fontWeight: 'bold' as const }))

/** One line per row under bold headings, each with its column. */
export function tableSheet<Row>(
  rows: readonly Row[],
  columns: readonly (readonly [heading: string, value: (row: Row) => Value])[],
): SheetData {
  return [
    headings(columns.map(([heading]) => heading)),
    ...rows.map((row) => columns.map(([, value]) => cell(value(row)))),
  ]
}
