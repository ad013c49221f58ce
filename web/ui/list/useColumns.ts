import { first, useFilters } from '../filters.ts'
import type { Column } from './column.ts'

/** Columns as chosen in the address (`?columns=a.b`), else those that are shown from the start. */
export function useColumns<T>(all: Column<T>[]) {
  const [filters, setFilters] = useFilters()
  const usual = all.filter((one) => !one.hidden).map((one) => one.key)
  const chosen = first(filters['columns'])?.split('.')
  const keys = chosen?.some((key) => all.some((one) => one.key === key)) ? chosen : usual
  // Headless columns are the row's buttons; they stay.
  const shown = all.filter((one) => keys.includes(one.key) || one.title === '')
  const show = (key: string, on: boolean) => {
    const next = all.map((one) => one.key).filter((one) => (one === key ? on : keys.includes(one)))
    setFilters({ columns: next.join() === usual.join() ? undefined : next.join('.') })
  }
  return { shown, show, keys }
}
