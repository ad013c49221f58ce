type MonthFilterProps = { label: string; value: string; onChange: (value: string | undefined) => void }

/** A month as `YYYY-MM`, two years back from this one: a plain list, quick by keyboard and the same in every browser. */
export function MonthFilter({ label, value, onChange }: MonthFilterProps) {
  const today = new Date()
  const months = Array.from({ length: 25 }, (_, back) => {
    const at = new Date(today.getFullYear(), today.getMonth() - back, 1)
    return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`
  })
  if (!months.includes(value)) months.push(value)
  return (
    <select
      className="field-input filter-select"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      {months.map((month) => (
        <option key={month} value={month}>
          {month}
        </option>
      ))}
    </select>
  )
}
