import { setImmediate as breathe } from 'node:timers/promises'
import { normalise, searchName } from '../../modules/person/name.ts'
import { type Db, perDatabase } from '../../platform/db.ts'
import type { Row, RowContext } from './cells.ts'
import type { Delimiter, Encoding } from './file.ts'
import { readRow } from './row.ts'
import { readRows } from './stored.ts'

export type ReadRow = ReturnType<typeof readRow>

/** Consecutive rows of a file; fewer than requested: end of file. */
export type Batch = { rows: Row[]; stated: ReadRow[] | undefined }

type Source = { id: number; encoding: Encoding; delimiter: Delimiter; header_row: number }

/** Yields to other work of the process after this many rows. */
const slice = 100
const leftAfterMs = 60_000

/**
 * Reads one batch of a file ahead while the database works on the previous one; only one, so that memory does not grow with the file. Rows
 * are also interpreted ahead, if that does not depend on earlier batches.
 */
class Reading {
  /** How many rows below the header were taken. */
  next = 0
  readonly #header: number
  readonly #rows: AsyncIterator<Row>
  #ahead: Promise<Batch> | undefined

  #left: NodeJS.Timeout | undefined
  readonly #onLeft: () => void

  /** @param onLeft nobody took a batch for a while: the import was cancelled, or another process goes on with it */
  constructor(db: Db, source: Source, onLeft: () => void) {
    this.#onLeft = onLeft
    this.#header = source.header_row
    this.#rows = readRows(db, source.id, source.encoding, source.delimiter)[Symbol.asyncIterator]()
  }

  /** The rows from `from` on; not before the end of the last batch. */
  async take(from: number, count: number, context: RowContext | undefined): Promise<Batch> {
    clearTimeout(this.#left)
    const batch = await (this.#ahead ?? this.#read(from, count, context))
    this.next = from + batch.rows.length
    this.#ahead = undefined
    if (batch.rows.length === count) {
      this.#ahead = this.#read(this.next, count, context)
      // The error is raised when that batch is taken.
      this.#ahead.catch(() => undefined)
    }
    this.#left = setTimeout(this.#onLeft, leftAfterMs).unref()
    return batch
  }

  #at = 0

  async #read(from: number, count: number, context: RowContext | undefined): Promise<Batch> {
    const rows: Row[] = []
    const stated: ReadRow[] | undefined = context && []
    while (rows.length < count) {
      const next = await this.#rows.next()
      if (next.done) break
      if (next.value.number <= this.#header || this.#at++ < from) continue
      rows.push(next.value)
      if (stated) {
        const read = readRow(next.value, context as RowContext)
        // Pinyin takes longer than the rest of a row; the result is cached until the row is written.
        const name = 'stated' in read ? read.stated.message?.person.name : null
        if (name) searchName(normalise(name))
        stated.push(read)
      }
      if (rows.length % slice === 0) await breathe()
    }
    return { rows, stated }
  }

  close(): void {
    clearTimeout(this.#left)
    void this.#rows.return?.()
  }
}

/** Open readers of this process; a process that did not read the last batch starts from the beginning and skips. */
const readings = perDatabase(() => new Map<number, Reading>())

/** Drops the reader of a finished file, or after a failed batch. */
export function closeFile(db: Db, importId: number): void {
  readings(db).get(importId)?.close()
  readings(db).delete(importId)
}

/**
 * The next rows of an import's file, interpreted if a context is given.
 * @param done rows already processed, without the header
 * @throws {AppError} invalid, when the file does not match its encoding
 */
export async function takeRows(
  db: Db,
  source: Source & { done: number },
  count: number,
  context: RowContext | undefined,
): Promise<Batch> {
  let reading = readings(db).get(source.id)
  if (reading?.next !== source.done) {
    closeFile(db, source.id)
    reading = new Reading(db, source, () => closeFile(db, source.id))
    readings(db).set(source.id, reading)
  }
  return reading.take(source.done, count, context)
}
