import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { countedTo } from '../../contract/route.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { Db } from './db.ts'
import { AppError } from './errors.ts'

/** What a list may be ordered by: an expression over its rows, and how its values compare. */
export type SortColumn = { by: RawBuilder<unknown>; type: 'text' | 'number' | 'time' }

/** A row of an ordered list, with its place in the order. */
export type Sorted = { id: number; sort_key: string }

const kinds = {
  text: { cast: sql`text`, none: sql`''`, fits: () => true },
  number: { cast: sql`numeric`, none: sql`'-Infinity'`, fits: (key: string) => /^-?(\d+(\.\d+)?|Infinity)$/.test(key) },
  time: {
    cast: sql`timestamptz`,
    none: sql`'-infinity'`,
    fits: (key: string) => key === '-infinity' || /^[\d-]+ [\d:.]+[+-][\d:]+( BC)?$/.test(key),
  },
}

type ListOrder = {
  /** Selected as `sort_key`. */
  key: RawBuilder<unknown>
  by: RawBuilder<unknown>
  /** Rows after the cursor. */
  beyond: RawBuilder<SqlBool>[]
  page: <Row extends Sorted, Item>(
    rows: Row[],
    limit: number,
    view: (row: Row) => Item,
  ) => { items: Item[]; nextCursor: string | null }
}

/**
 * Order of a list by one of its columns (`name`, descending `-name`), with the page's start by key: what has no value comes first
 * ascending, equal values by id.
 * @throws {AppError} invalid, for a cursor of another order
 */
export function listOrder<C extends Record<string, SortColumn>>(
  columns: C,
  usual: keyof C | `-${string & keyof C}`,
  id: RawBuilder<unknown>,
  { sort, cursor }: { sort?: string | undefined; cursor?: string | undefined },
): ListOrder {
  const order = sort ?? String(usual)
  const descending = order.startsWith('-')
  const column = columns[descending ? order.slice(1) : order]
  if (!column) throw new AppError('invalid', undefined, [{ path: 'sort', message: 'is not a column of this list' }])
  const { cast, none, fits } = kinds[column.type]
  const value = sql`coalesce((${column.by})::${cast}, ${none}::${cast})`
  const direction = descending ? sql`desc` : sql`asc`
  const after = decodeCursor<[string, string, number]>(cursor, ['string', 'string', 'number'])
  if (after && (after[0] !== order || !fits(after[1])))
    throw new AppError('invalid', undefined, [{ path: 'cursor', message: 'is not a cursor of this list' }])
  return {
    key: sql`(${value})::text`,
    by: sql`${value} ${direction}, ${id} ${direction}`,
    beyond: after
      ? [
          sql<SqlBool>`(${value}, ${id}) ${descending ? sql`<` : sql`>`} (${after[1]}::${cast}, ${after[2]}::bigint)`,
        ]
      : [],
    page: (rows, limit, view) => pageOf(rows, limit, (row) => [order, row.sort_key, row.id], view),
  }
}

/** Number of rows of `from` (`from … where …`), counted to one more than `countedTo`; null when nobody asked. */
export async function totalOf(db: Db, asked: boolean | undefined, from: RawBuilder<unknown>): Promise<number | null> {
  if (!asked) return null
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (select 1 ${from} limit ${sql.lit(countedTo + 1)}) x`.execute(db)
  return rows[0]?.n ?? 0
}
