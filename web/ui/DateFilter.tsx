import { Suspense, lazy } from 'react'
import { type Bound, useBound } from './filters.ts'

const Picker = lazy(() => import('./DatePicker.tsx'))

type DateFilterProps = Bound & {
  label: string
  /** A month as `YYYY-MM`, which is always one. */
  month?: boolean
}

/** A day as `YYYY-MM-DD`; the label stands in the field until a day does. */
export function DateFilter({ label, month = false, ...bound }: DateFilterProps) {
  const { value, onChange } = useBound(bound)
  return (
    <Suspense fallback={<span className="picker-place filter-date" />}>
      <Picker
        kind={month ? 'month' : 'day'}
        aria-label={label}
        className="filter-date"
        {...(month ? { allowClear: false } : { placeholder: label })}
        value={value ?? ''}
        onChange={(next) => onChange(next || undefined)}
      />
    </Suspense>
  )
}
