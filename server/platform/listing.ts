import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { countedTo } from '../../contract/route.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { Db } from './db.ts'
import { AppError } from './errors.ts'

/** What a list may be ordered by: an expression over its rows, and how its values compare. */
export type SortColumn = { by: RawBuilder<unknown>; type: 'text' | 'number' | 'time' }

/** A row of an ordered list, with its place in the order. */
export type Sorted = { id: number; sort_key: string | null }

const kinds = {
  text: { cast: sql`text`, none: sql`''`, fits: () => true },
  number: {
    cast: sql`numeric`,
    none: sql`'-Infinity'`,
    fits: (key: string) => /^-?(\d+(\.\d+)?|Infinity)$/.test(key),
  },
  time: {
    cast: sql`timestamptz`,
    none: sql`'-infinity'`,
    fits: (key: string) => key === '-infinity' || /^[\d-]+ [\d:.]+[+-][\d:]+( BC)?$/.test(key),
  },
}

type Key = (string | number | null)[]

/** The order that a list has by itself, with an index of its own. */
export type UsualOrder<Row> = {
  by: RawBuilder<unknown>
  beyond: (cursor: string | undefined) => RawBuilder<SqlBool>[]
  key: (row: Row) => Key
}

/** The usual order of most lists: the newest first. */
export function newestFirst<Row extends { id: number }>(id: RawBuilder<unknown>): UsualOrder<Row> {
  return {
    by: sql`${id} desc`,
    beyond: (cursor) => {
      const after = decodeCursor<[number]>(cursor, ['number'])
      return after ? [sql<SqlBool>`${id} < ${after[0]}`] : []
    },
    key: (row) => [row.id],
  }
}

type ListOrder<Row> = {
  /** Selected as `sort_key`. */
  key: RawBuilder<unknown>
  by: RawBuilder<unknown>
  /** Rows after the cursor. */
  beyond: RawBuilder<SqlBool>[]
  page: <Item>(
    rows: Row[],
    limit: number,
    view: (row: Row) => Item,
  ) => { items: Item[]; nextCursor: string | null }
}

/**
 * Order of a list by one of its columns (`name`, descending `-name`), with the page's start by key: what has no value comes first
 * ascending, equal values by id; without a wish, the list's usual order.
 * @throws {AppError} invalid, for a cursor of another order
 */
export function listOrder<Row extends Sorted>(
  columns: Record<string, SortColumn>,
  id: RawBuilder<unknown>,
  usual: UsualOrder<Row>,
  { sort, cursor }: { sort?: string | undefined; cursor?: string | undefined },
): ListOrder<Row> {
  if (sort === undefined)
    return {
      key: sql`null::text`,
      by: usual.by,
      beyond: usual.beyond(cursor),
      page: (rows, limit, view) => pageOf(rows, limit, usual.key, view),
    }
  const descending = sort.startsWith('-')
  const column = columns[descending ? sort.slice(1) : sort]
  if (!column)
    throw new AppError('invalid', undefined, [{ path: 'sort', message: 'is not a column of this list' }])
  const { cast, none, fits } = kinds[column.type]
  const value = sql`coalesce((${column.by})::${cast}, ${none}::${cast})`
  const direction = descending ? sql`desc` : sql`asc`
  const after = decodeCursor<[string, string, number]>(cursor, ['string', 'string', 'number'])
  if (after && (after[0] !== sort || !fits(after[1])))
    throw new AppError('invalid', undefined, [{ path: 'cursor', message: 'is not a cursor of this list' }])
  return {
    key: sql`(${value})::text`,
    by: sql`${value} ${direction}, ${id} ${direction}`,
    beyond: after
      ? [
          sql<SqlBool>`(${value}, ${id}) ${descending ? sql`<` : sql`>`} (${after[1]}::${cast}, ${after[2]}::bigint)`,
        ]
      : [],
    page: (rows, limit, view) => pageOf(rows, limit, (row) => [sort, row.sort_key, row.id], view),
  }
}

/** Number of rows of `from` (`from … where …`), counted to one more than `countedTo`; null when nobody asked. */
export async function totalOf(
  db: Db,
  { total }: { total?: boolean | undefined },
  from: RawBuilder<unknown>,
): Promise<number | null> {
  if (!total) return null
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (select 1 ${from} limit ${sql.lit(countedTo + 1)}) x`.execute(db)
  return rows[0]?.n ?? 0
}

/** Refuses to order what is too long for it. @throws {AppError} too-many-to-sort */
export async function assertSortable(
  db: Db,
  sort: string | undefined,
  from: RawBuilder<unknown>,
): Promise<void> {
  if (sort !== undefined && ((await totalOf(db, { total: true }, from)) ?? 0) > countedTo)
    throw new AppError('too-many-to-sort')
}
