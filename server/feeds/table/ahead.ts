import { setImmediate as breathe } from 'node:timers/promises'
import { normalise, searchName } from '../../modules/person/name.ts'
import { type Db, perDatabase } from '../../platform/db.ts'
import type { RowContext } from './cells.ts'
import { type Delimiter, type Encoding, readRows, type Row } from './file.ts'
import { readRow } from './row.ts'

export type ReadRow = ReturnType<typeof readRow>

/** Rows of a file from one place on; fewer than were wanted: the file ends there. */
export type Batch = { rows: Row[]; stated: ReadRow[] | undefined }

type Source = { id: number; encoding: Encoding; delimiter: Delimiter }

/** After so many rows other work of this process gets its turn. */
const slice = 100

/**
 * Stands in one file and reads on while the database works on the batch before: one batch and no more, so that memory does not grow with the
 * file. What rows say is found out ahead as well, where that needs nothing that an earlier batch may write.
 */
class Reading {
  /** Number of the next row of the file that nobody has asked for; the first row, with the names of the columns, is 0. */
  next = 1
  readonly #rows: AsyncIterator<Row>
  #ahead: Promise<Batch> | undefined

  constructor(db: Db, source: Source) {
    this.#rows = readRows(db, source.id, source.encoding, source.delimiter)[Symbol.asyncIterator]()
  }

  /** The rows from `from` on, which is where the last batch ended or further. */
  async take(from: number, count: number, context: RowContext | undefined): Promise<Batch> {
    const batch = await (this.#ahead ?? this.#read(from, count, context))
    this.next = from + batch.rows.length
    this.#ahead = undefined
    if (batch.rows.length === count) {
      this.#ahead = this.#read(this.next, count, context)
      // Whoever takes that batch is told; nobody else has to be.
      this.#ahead.catch(() => undefined)
    }
    return batch
  }

  #at = 0

  async #read(from: number, count: number, context: RowContext | undefined): Promise<Batch> {
    const rows: Row[] = []
    const stated: ReadRow[] | undefined = context && []
    while (rows.length < count) {
      const next = await this.#rows.next()
      if (next.done) break
      if (this.#at++ < from) continue
      rows.push(next.value)
      if (stated) {
        const read = readRow(next.value, context as RowContext)
        // Pinyin takes longer than all the rest of a row; what it gives is remembered until the row is written.
        const name = 'stated' in read ? read.stated.message?.person.name : null
        if (name) searchName(normalise(name))
        stated.push(read)
      }
      if (rows.length % slice === 0) await breathe()
    }
    return { rows, stated }
  }

  close(): void {
    void this.#rows.return?.()
  }
}

/** Where this process stands in the files it reads; a process that did not read the last batch starts from the beginning and skips. */
const readings = perDatabase(() => new Map<number, Reading>())

/** Forgets a file that ends, or whose batch did not become true. */
export function closeFile(db: Db, importId: number): void {
  readings(db).get(importId)?.close()
  readings(db).delete(importId)
}

/**
 * The next rows of an import's file, and what they say if a context is given.
 * @param done rows that are dealt with, the names of the columns aside
 * @throws {AppError} invalid, when the file is not what its encoding says
 */
export async function takeRows(
  db: Db,
  source: Source & { done: number },
  count: number,
  context: RowContext | undefined,
): Promise<Batch> {
  let reading = readings(db).get(source.id)
  if (reading?.next !== source.done + 1) {
    closeFile(db, source.id)
    reading = new Reading(db, source)
    readings(db).set(source.id, reading)
  }
  return reading.take(source.done + 1, count, context)
}
