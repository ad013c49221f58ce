import { keepDraft, keptDraft } from './drafts.ts'
import { type Filters, parseFilters, writeFilters } from './filters.ts'

/** Filters that may hold a name or a number of a person. */
const personal = ['search', 'recordNumber', 'text'] as const
const stored = 'terms'
const most = 50

type Terms = { next: number; terms: Record<string, string> }

/** For a browser that keeps nothing. */
let latest: Terms = { next: 1, terms: {} }
const read = () => (keptDraft(stored) as Terms | null) ?? latest

/** The mark that stands for a term in addresses of this tab, which forgets it at sign-out. */
function markOf(term: string): string {
  const { next, terms } = read()
  const known = Object.keys(terms).find((mark) => terms[mark] === term)
  if (known !== undefined) return known
  const mark = `~${next}`
  const kept = Object.entries(terms).slice(1 - most)
  latest = { next: next + 1, terms: { ...Object.fromEntries(kept), [mark]: term } }
  keepDraft(stored, latest)
  return mark
}

/**
 * The query of an address of ours: histories, proxies and whoever is sent an address read it, so a term that may name a person stays in the
 * tab and a mark stands in its place.
 */
export function writeAddress(filters: Record<string, unknown>): string {
  const marked = { ...filters }
  for (const name of personal) {
    const term = filters[name]
    if (typeof term === 'string' && term !== '') marked[name] = markOf(term)
  }
  return writeFilters(marked)
}

/** The same backwards; the mark of another tab or an earlier session narrows nothing. */
export function parseAddress(search: string): Filters {
  const filters = parseFilters(search)
  const { terms } = read()
  for (const name of personal) {
    const mark = filters[name]
    if (typeof mark === 'string' && /^~\d+$/.test(mark)) filters[name] = terms[mark]
  }
  return filters
}
