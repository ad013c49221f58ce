import { Suspense, lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { isDay } from '../format/time.ts'
import { type Bound, type Filters, first, useBound, useFilters } from './filters.ts'

const Picker = lazy(() => import('./DatePicker.tsx'))

/** A month as `YYYY-MM`, which is always one. */
export function MonthFilter(props: Bound & { label: string }) {
  return <OneFilter kind="month" {...props} />
}

/** A day as `YYYY-MM-DD`, which is always one. */
export function DayFilter(props: Bound & { label: string }) {
  return <OneFilter kind="day" {...props} />
}

function OneFilter({ kind, label, ...bound }: Bound & { kind: 'day' | 'month'; label: string }) {
  const { value, onChange } = useBound(bound)
  return (
    <Suspense fallback={<span className="picker-place filter-date" />}>
      <Picker
        kind={kind}
        aria-label={label}
        className="filter-date"
        allowClear={false}
        value={value ?? ''}
        onChange={(next) => onChange(next || undefined)}
      />
    </Suspense>
  )
}

type PeriodFilterProps = {
  labels: readonly [string, string]
  /** What the first and the last day are called in the address. */
  names?: readonly [string, string]
  /** Where the days do not stand in the address, or not only there. */
  filters?: Filters
  onChange?: (patch: Filters) => void
}

/** A first and a last day as `YYYY-MM-DD`; each label stands in its field until a day does. One that ends before it begins is told so. */
export function PeriodFilter({ labels, names = ['from', 'to'], ...own }: PeriodFilterProps) {
  const { t } = useTranslation()
  const [address, setFilters] = useFilters()
  const { filters = address, onChange = setFilters } = own
  const [from = '', to = ''] = names.map((name) => first(filters[name])).map((day) => (isDay(day) ? day : ''))
  const reversed = from !== '' && to !== '' && to < from
  return (
    <>
      {names.map((name, index) => (
        <Suspense key={name} fallback={<span className="picker-place filter-date" />}>
          <Picker
            kind="day"
            aria-label={labels[index] ?? ''}
            className="filter-date"
            placeholder={labels[index] ?? ''}
            {...(reversed && { status: 'error' as const })}
            value={index === 0 ? from : to}
            onChange={(day) => onChange({ [name]: day || undefined })}
          />
        </Suspense>
      ))}
      {reversed && (
        <span className="field-error small" role="alert">
          {t('common.field.reversed')}
        </span>
      )}
    </>
  )
}
