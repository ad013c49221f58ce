import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

export type Filters = Record<string, string | string[] | undefined>

/** Addresses stay readable: `?view=overdue&level=1&level=2`, no JSON in the query. */
export function parseFilters(search: string): Filters {
  const result: Filters = {}
  const parameters = new URLSearchParams(search)
  for (const key of new Set(parameters.keys())) {
    const values = parameters.getAll(key)
    result[key] = values.length > 1 ? values : values[0]
  }
  return result
}

export function writeFilters(filters: Record<string, unknown>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(filters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(key, String(one))
    }
  }
  const text = parameters.toString()
  return text ? `?${text}` : ''
}

export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

export function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** The filters in the address, and a way to change some of them without a new history entry per key press. */
export function useFilters() {
  const raw = useSearch({ strict: false })
  const navigate = useNavigate()
  const filters = useMemo(() => raw, [raw])
  const setFilters = useCallback(
    (patch: Filters) => {
      void navigate({ to: '.', search: ((old: Filters) => ({ ...old, ...patch })) as never, replace: true })
    },
    [navigate],
  )
  return [filters, setFilters] as const
}

/** What a filter control is bound to: a name in the address (with what counts while it is not there, and names that a change makes void), or a value of its own. */
export type Bound =
  | { of: string; initial?: string | undefined; clears?: readonly string[] }
  | { of?: undefined; value: string | undefined; onChange: (value: string | undefined) => void }

export function useBound(bound: Bound) {
  const [filters, setFilters] = useFilters()
  if (bound.of === undefined) return bound
  const { of, initial, clears = [] } = bound
  const now = filters[of] ?? initial
  return {
    // Of several, none is the one.
    value: Array.isArray(now) ? undefined : now,
    onChange: (value: string | undefined) =>
      setFilters({ ...Object.fromEntries(clears.map((name) => [name, undefined])), [of]: value }),
  }
}
