import Input from 'antd/es/input/Input'
import { useEffect, useState } from 'react'
import { type Bound, useBound } from './filters.ts'

type TextFilterProps = Bound & {
  label: string
  numeric?: boolean
  wide?: boolean
}

const restMs = 400

/** A filter that is typed: it takes effect on Enter, when left, or after a rest, so that the list does not jump at every key. */
export function TextFilter({ label, numeric = false, wide = false, ...bound }: TextFilterProps) {
  const { value, onChange } = useBound(bound)
  const [draft, setDraft] = useState({ text: value ?? '', of: value })
  // Cleared or changed from outside, such as by "clear filters" or the back button.
  if (draft.of !== value) setDraft({ text: value ?? '', of: value })
  const commit = (text: string) => {
    const next = text.trim() || undefined
    if (next !== value) onChange(next)
  }
  useEffect(() => {
    const timer = setTimeout(() => commit(draft.text), restMs)
    return () => clearTimeout(timer)
  })
  return (
    <Input
      className={wide ? 'filter-search' : 'filter-text'}
      type="search"
      aria-label={label}
      title={label}
      placeholder={label}
      {...(numeric && { inputMode: 'numeric' as const })}
      value={draft.text}
      onChange={(event) => {
        setDraft({ text: event.target.value, of: value })
        if (event.target.value === '') commit('')
      }}
      onPressEnter={(event) => {
        if (!event.nativeEvent.isComposing) commit(draft.text)
      }}
      onBlur={() => commit(draft.text)}
    />
  )
}
