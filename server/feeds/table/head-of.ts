import type { ImportDetail, ImportKind, ImportMapping } from '../../../contract/import.ts'
import { AppError } from '../../platform/errors.ts'
import type { Row } from './cells.ts'
import { guessHeader, suggestMapping } from './columns.ts'
import type { Delimiter, Encoding } from './file.ts'
import { type DateOrders, ordersIn } from './when.ts'

const sampleRows = 20
/** Rows to choose the names of the columns from. */
const headRows = 12
/** So many rows decide how a column writes its dates. */
const rowsOfOrders = 5000
const mostColumns = 500

export type HeadData = {
  kind: ImportKind
  encoding: Encoding
  delimiter: Delimiter
  /** The row with the names of the columns, if somebody chose it. */
  chosen: number | undefined
}

export type Head = {
  /** Of the row with the names of the columns. */
  number: number
  columns: string[]
  head: ImportDetail['head']
  sample: string[][]
  orders: Record<string, DateOrders>
  suggested: ImportMapping
}

/**
 * What follows from the first rows of a file: the row with the names of the columns (guessed unless chosen), a mapping by the names, a
 * sample, and the order of day and month in each column.
 * @throws {AppError} file-unreadable, file-without-rows, invalid (the chosen row is empty or missing)
 */
export async function headOf(from: AsyncIterable<Row>, { kind, chosen }: HeadData): Promise<Head> {
  const rows: Row[] = []
  try {
    for await (const row of from) {
      rows.push(row)
      if (rows.length > rowsOfOrders && row.number > (chosen ?? 0)) break
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('file-unreadable', `The file cannot be read as a table: ${(error as Error).message}`)
  }
  const at =
    chosen === undefined
      ? guessHeader(
          kind,
          rows.slice(0, sampleRows).map(({ cells }) => cells),
        )
      : rows.findIndex((row) => row.number === chosen)
  if (at < 0)
    throw new AppError('invalid', undefined, [{ path: 'headerRow', message: 'is an empty row, or none' }])
  const { number = 1, cells: columns = [] } = rows[at] ?? {}
  if (columns.length > mostColumns)
    throw new AppError('file-unreadable', `The file has more than ${mostColumns} columns.`)
  const below = rows.slice(at + 1)
  if (below.length === 0 && chosen === undefined) throw new AppError('file-without-rows')
  return {
    number,
    columns,
    head: rows.slice(0, headRows).map(({ number: row, cells }) => ({ row, cells })),
    sample: below.slice(0, sampleRows).map(({ cells }) => cells),
    orders: Object.fromEntries(
      columns.map((_, column) => [column, ordersIn(below.map(({ cells }) => cells[column] ?? ''))]),
    ),
    suggested: suggestMapping(kind, columns),
  }
}
