type SelectFilterProps = {
  label: string
  value: string | undefined
  options: readonly { value: string; text: string }[]
  /** Words for "no restriction"; left out when one option must always be chosen. */
  all?: string | undefined
  disabled?: boolean
  onChange: (value: string | undefined) => void
}

/** One filter of a list as a plain select: quick by keyboard, sure on a phone. */
export function SelectFilter({ label, value, options, all, disabled = false, onChange }: SelectFilterProps) {
  return (
    <select
      className="field-input filter-select"
      aria-label={label}
      title={label}
      disabled={disabled}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      {all !== undefined && <option value="">{all}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  )
}
