import { sql } from 'kysely'
import { streamAside } from '../../platform/aside.ts'
import type { Db } from '../../platform/db.ts'
import type { Row } from './cells.ts'
import { type Delimiter, type Encoding, textRows } from './file.ts'

/** So long may reading a batch of a workbook take, its shared texts included. */
const workbookMs = 120_000

/** The bytes of an upload, piece by piece. */
export async function* chunks(db: Db, importId: number): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const { rows } = await sql<{ bytes: Buffer }>`
      select bytes from import_chunk where import_id = ${importId} and number = ${number}`.execute(db)
    if (!rows[0]) return
    yield rows[0].bytes
  }
}

/**
 * Streams the rows of an upload that have anything in them. A workbook is read in a thread of its own: how much it unpacks to is its
 * sender's to say.
 * @throws {AppError} file-encoding, file-unreadable, file-nul, too-large, unavailable
 */
export function readRows(
  db: Db,
  importId: number,
  encoding: Encoding,
  delimiter: Delimiter,
): AsyncGenerator<Row> {
  const input = chunks(db, importId)
  if (encoding !== 'xlsx') return textRows(input, encoding, delimiter)
  return streamAside(new URL('workbook-thread.ts', import.meta.url), {}, { timeoutMs: workbookMs, input })
}
