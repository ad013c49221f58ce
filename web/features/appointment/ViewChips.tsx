import { first, useFilters } from '../../ui/filters.ts'

type ViewChipsProps<V extends string> = { label: string; views: readonly V[]; text: (view: V) => string }

/** The views of a list in its address; the first one is usual. */
export function ViewChips<V extends string>({ label, views, text }: ViewChipsProps<V>) {
  const [filters, setFilters] = useFilters()
  const chosen = views.find((one) => one === first(filters['view'])) ?? views[0]
  return (
    <div className="filter-bar" role="group" aria-label={label}>
      {views.map((one, index) => (
        <button
          key={one}
          type="button"
          className="chip"
          aria-pressed={one === chosen}
          onClick={() => setFilters({ view: index === 0 ? undefined : one })}
        >
          {text(one)}
        </button>
      ))}
    </div>
  )
}
