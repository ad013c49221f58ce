import { AppError } from './errors.ts'

type Key = (string | number | null)[]

/** Packs the sort key of the last row of a page; callers treat it as opaque. */
export function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** A timestamptz as PostgreSQL writes it. */
const time =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/

/**
 * @param shape one type name per part of the key, so that a forged cursor cannot reach SQL with another type
 * @throws {AppError} invalid
 */
export function decodeCursor<T extends Key>(
  cursor: string | undefined,
  shape: ('string' | 'number' | 'decimal' | 'time')[],
): T | undefined {
  if (cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const fits = (part: unknown, at: number) => {
      const kind = shape[at]
      if (kind === 'number') return Number.isSafeInteger(part)
      if (kind === 'decimal') return Number.isFinite(part)
      // PostgreSQL takes neither NUL nor half characters.
      return (
        typeof part === 'string' &&
        part.isWellFormed() &&
        !part.includes('\0') &&
        (kind === 'string' || time.test(part))
      )
    }
    if (Array.isArray(key) && key.length === shape.length && key.every(fits)) return key as T
  } catch {
    // Falls through to the one answer for every unreadable cursor.
  }
  throw new AppError('invalid', undefined, [{ path: 'cursor', message: 'is not a cursor of this list' }])
}

/** Cuts a result of `limit + 1` rows to a page. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  key: (row: Row) => Key,
  view: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(view), nextCursor: rows.length > limit && last ? encodeCursor(key(last)) : null }
}
