import { useState } from 'react'

type TextFilterProps = {
  label: string
  value: string | undefined
  type?: 'search' | 'date'
  numeric?: boolean
  onChange: (value: string | undefined) => void
}

/** A filter that is typed: it takes effect on Enter or when left, so that the list does not jump at every key. */
export function TextFilter({ label, value, type = 'search', numeric = false, onChange }: TextFilterProps) {
  const [draft, setDraft] = useState({ text: value ?? '', of: value })
  // Cleared or changed from outside, such as by "clear filters" or the back button.
  if (draft.of !== value) setDraft({ text: value ?? '', of: value })
  const commit = (text: string) => {
    const next = text.trim() || undefined
    if (next !== value) onChange(next)
  }
  const input = (
    <input
      className="field-input filter-text"
      type={type}
      aria-label={label}
      title={label}
      placeholder={label}
      inputMode={numeric ? 'numeric' : undefined}
      value={draft.text}
      onChange={(event) => {
        setDraft({ text: event.target.value, of: value })
        if (type === 'date' || event.target.value === '') commit(event.target.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) commit(draft.text)
      }}
      onBlur={() => commit(draft.text)}
    />
  )
  // A date field has no room for a placeholder: without a word beside it nobody knows which end it is.
  if (type !== 'date') return input
  return (
    <span className="filter-date">
      <span className="secondary" aria-hidden="true">
        {label}
      </span>
      {input}
    </span>
  )
}
