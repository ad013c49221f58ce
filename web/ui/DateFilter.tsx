import { Suspense, lazy } from 'react'

const Picker = lazy(() => import('./DatePicker.tsx'))

type DateFilterProps = {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** A month as `YYYY-MM`. */
export function MonthFilter({ label, value, onChange }: DateFilterProps) {
  return (
    <Suspense fallback={<span className="picker-place filter-date" />}>
      <Picker
        kind="month"
        aria-label={label}
        className="filter-date"
        allowClear={false}
        value={value ?? ''}
        onChange={(month) => onChange(month || undefined)}
      />
    </Suspense>
  )
}

/** A day as `YYYY-MM-DD`; the label stands in the field until a day does. */
export function DateFilter({ label, value, onChange }: DateFilterProps) {
  return (
    <Suspense fallback={<span className="picker-place filter-date" />}>
      <Picker
        kind="day"
        aria-label={label}
        className="filter-date"
        placeholder={label}
        value={value ?? ''}
        onChange={(day) => onChange(day || undefined)}
      />
    </Suspense>
  )
}
