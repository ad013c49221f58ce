import type { Cell } from 'write-excel-file/node'

/**
 * A spreadsheet cell of a value that people typed: text that a spreadsheet would run as a formula is kept as text by a leading
 * apostrophe (OWASP "CSV Injection": = + - @ tab CR).
 */
export function cell(value: string | number | Date | null | undefined): Cell {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'number') return { type: Number, value }
  if (value instanceof Date) return { type: Date, value, format: 'yyyy-mm-dd hh:mm' }
  return { type: String, value: /^[=+\-@\t\r]/.test(value) ? `'${value}` : value }
}

export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
