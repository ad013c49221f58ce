import { Select } from 'antd'
import { type Choice, selectOptions } from './field/choice.ts'

type SelectFilterProps = {
  label: string
  value: string | undefined
  options: readonly Choice[]
  /** Words for "no restriction"; left out when one option must always be chosen. */
  all?: string | undefined
  disabled?: boolean
  onChange: (value: string | undefined) => void
}

/** One filter of a list: searchable when long. */
export function SelectFilter({ label, value, options, all, disabled = false, onChange }: SelectFilterProps) {
  return (
    <Select
      className="filter-select"
      aria-label={label}
      title={label}
      disabled={disabled}
      value={value ?? ''}
      onChange={(next) => onChange(next || undefined)}
      {...selectOptions(all === undefined ? options : [{ value: '', text: all }, ...options])}
    />
  )
}
