import { useState } from 'react'
import type { z } from 'zod'
import type { RouteContract } from '../../../contract/route.ts'
import { call, type InputOf } from '../../api.ts'
import { type ItemOf, useCallPages } from '../../query.ts'
import { first, useFilters } from '../filters.ts'

/** What a list shows: `useList` answers it, or a plain query shaped the same. */
export type ListSource<T> = {
  items: T[]
  isPending: boolean
  isError: boolean
  error: unknown
  hasNextPage?: boolean
  isFetchingNextPage?: boolean
  fetchNextPage?: () => unknown
  refetch: () => unknown
  /** How many there are in all; counting ends at `countedTo`. */
  total?: number | undefined
  /** Only from `useList`: order in the address, and everything page by page for a file. */
  sorting?: { keys: ReadonlySet<string>; now: string | undefined; set: (sort: string | undefined) => void }
  everything?: (onPage: (items: T[]) => void, signal: AbortSignal) => Promise<void>
  /** Route of the list, for its saved views and the log of files. */
  route?: string
}

type Page = { items: unknown[]; nextCursor: string | null; total?: number | null }
const pageSize = 50
/** A file is made of larger pages than the screen. */
const exportPageSize = 200

/** Sort keys that the route's contract allows. */
function sortKeys(contract: RouteContract): ReadonlySet<string> {
  const sort = contract.query?.shape['sort'] as { unwrap?: () => { options?: string[] } } | undefined
  return new Set(sort?.unwrap?.().options?.filter((one) => !one.startsWith('-')) ?? [])
}

/** Filters as far as the route takes them, as values or as they stand in an address: what else is asked for narrows nothing. */
function fitting(contract: RouteContract & { query: z.ZodObject }, query: object) {
  const shape = contract.query.shape as Record<string, z.ZodType | undefined>
  const fits = (name: string, value: unknown) =>
    [value, String(value)].some((one) => shape[name]?.safeParse(one).success)
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => fits(name, value)))
}

type ListOptions = { params?: object; enabled?: boolean; refetchInterval?: number }

/** A list of the server: filters from the caller, order from the address, the number of all rows asked once with the first page. */
export function useList<C extends RouteContract & { query: z.ZodObject }>(
  contract: C,
  query: Partial<z.output<C['query']>>,
  { params, ...extra }: ListOptions = {},
): ListSource<ItemOf<C>> & ReturnType<typeof useCallPages<C>> {
  const [filters, setFilters] = useFilters()
  const [keys] = useState(() => sortKeys(contract))
  const asked = first(filters['sort'])
  const now = asked !== undefined && keys.has(asked.replace(/^-/, '')) ? asked : undefined
  const counts = 'total' in contract.query.shape
  const fits = fitting(contract, query)
  const input = {
    ...(params && { params }),
    query: { ...fits, ...(now && { sort: now }), ...(counts && { total: true }), limit: pageSize },
  } as InputOf<C>
  const pages = useCallPages(contract, input, { keepPrevious: true, ...extra })
  const [start] = (pages.data?.pages ?? []) as Page[]
  return {
    ...pages,
    total: start?.total ?? undefined,
    sorting: { keys, now, set: (sort) => setFilters({ sort }) },
    route: contract.path,
    everything: async (onPage, signal) => {
      const ask = call as unknown as (c: C, i: unknown, o: { signal: AbortSignal }) => Promise<Page>
      for (let cursor: string | undefined; ;) {
        const page: Page = await ask(
          contract,
          {
            ...(input as object),
            query: { ...fits, ...(now && { sort: now }), limit: exportPageSize, cursor },
          },
          { signal },
        )
        onPage(page.items as ItemOf<C>[])
        if (page.nextCursor === null) return
        cursor = page.nextCursor
      }
    },
  }
}
