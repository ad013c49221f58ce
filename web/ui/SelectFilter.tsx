import { Select } from 'antd'
import { type Choice, selectOptions } from './field/choice.ts'
import { type Bound, useBound } from './filters.ts'

type SelectFilterProps = Bound & {
  label: string
  options: readonly Choice[]
  /** Words for "no restriction"; left out when one option must always be chosen. */
  all?: string | undefined
  disabled?: boolean
}

/** One filter of a list: searchable when long. */
export function SelectFilter({ label, options, all, disabled = false, ...bound }: SelectFilterProps) {
  const { value, onChange } = useBound(bound)
  return (
    <Select
      className="filter-select"
      aria-label={label}
      title={label}
      disabled={disabled}
      // What is not among the options, such as before they are loaded, is not shown as a code.
      value={options.some((one) => one.value === value) ? value : ''}
      onChange={(next) => onChange(next || undefined)}
      {...selectOptions(all === undefined ? options : [{ value: '', text: all }, ...options])}
    />
  )
}
