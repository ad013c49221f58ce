import { sql } from 'kysely'
import type { ImportKind } from '../../../contract/import.ts'
import { runAside } from '../../platform/aside.ts'
import type { Trx } from '../../platform/db.ts'
import { shapeOf } from './columns.ts'
import { type Delimiter, type Encoding, textRows } from './file.ts'
import { type Head, type HeadData, headOf } from './head-of.ts'
import { chunks } from './stored.ts'

/** A text of so many bytes is read in less time than a thread takes to start. */
const smallText = 128 * 1024
const headMs = 60_000

/**
 * Reads the beginning of a file and stores what follows from it, with the mapping of the last file of this shape, if there was one.
 * @throws {AppError} file-unreadable, file-without-rows, invalid (the chosen row is empty or missing), too-large, unavailable
 */
export async function readHead(
  trx: Trx,
  { id, kind, bytes }: { id: number; kind: ImportKind; bytes: number },
  encoding: Encoding,
  delimiter: Delimiter,
  chosen?: number,
): Promise<void> {
  const data: HeadData = { kind, encoding, delimiter, chosen }
  const input = chunks(trx, id)
  const read =
    encoding !== 'xlsx' && bytes <= smallText
      ? await headOf(textRows(input, encoding, delimiter), data)
      : await runAside<Head>(new URL('head-thread.ts', import.meta.url), data, { timeoutMs: headMs, input })
  const { number, columns, head, sample, orders, suggested } = read
  const known = await trx
    .selectFrom('import_shape')
    .select('mapping')
    .where('kind', '=', kind)
    .where('shape', '=', shapeOf(columns))
    .executeTakeFirst()
  await sql`
    update import set encoding = ${encoding}, delimiter = ${delimiter}, header_row = ${number}, head = ${JSON.stringify(head)}::jsonb,
      columns = ${columns}::text[], sample = ${JSON.stringify(sample)}::jsonb, date_orders = ${JSON.stringify(orders)}::jsonb,
      mapping = ${JSON.stringify(known?.mapping ?? suggested)}::jsonb, remembered = ${known !== undefined}, status = 'uploaded', rows = null
    where id = ${id}`.execute(trx)
}
