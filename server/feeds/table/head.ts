import { sql } from 'kysely'
import type { ImportKind } from '../../../contract/import.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Row } from './cells.ts'
import { guessHeader, shapeOf, suggestMapping } from './columns.ts'
import { type Delimiter, type Encoding, readRows } from './file.ts'
import { ordersIn } from './when.ts'

const sampleRows = 20
/** Rows to choose the names of the columns from. */
const headRows = 12
/** So many rows decide how a column writes its dates. */
const rowsOfOrders = 5000
const mostColumns = 500

/**
 * Reads the beginning of a file and stores what follows from it: the row with the names of the columns (guessed unless chosen), the mapping
 * of the last file of this shape or one by the names, a sample, and the order of day and month in each column.
 * @throws {AppError} file-unreadable, file-without-rows, invalid (the chosen row is empty or missing)
 */
export async function readHead(
  trx: Trx,
  { id, kind }: { id: number; kind: ImportKind },
  encoding: Encoding,
  delimiter: Delimiter,
  chosen?: number,
): Promise<void> {
  const rows: Row[] = []
  try {
    for await (const row of readRows(trx, id, encoding, delimiter)) {
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
  const known = await trx
    .selectFrom('import_shape')
    .select('mapping')
    .where('kind', '=', kind)
    .where('shape', '=', shapeOf(columns))
    .executeTakeFirst()
  const mapping = known?.mapping ?? suggestMapping(kind, columns)
  const orders = Object.fromEntries(
    columns.map((_, column) => [column, ordersIn(below.map(({ cells }) => cells[column] ?? ''))]),
  )
  const head = rows.slice(0, headRows).map(({ number: row, cells }) => ({ row, cells }))
  const sample = below.slice(0, sampleRows).map(({ cells }) => cells)
  await sql`
    update import set encoding = ${encoding}, delimiter = ${delimiter}, header_row = ${number}, head = ${JSON.stringify(head)}::jsonb,
      columns = ${columns}::text[], sample = ${JSON.stringify(sample)}::jsonb, date_orders = ${JSON.stringify(orders)}::jsonb,
      mapping = ${JSON.stringify(mapping)}::jsonb, remembered = ${known !== undefined}, status = 'uploaded', rows = null
    where id = ${id}`.execute(trx)
}
