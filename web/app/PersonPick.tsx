import Input from 'antd/es/input/Input'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonSummary } from '../../contract/person.ts'
import { PersonOption } from './PersonOption.tsx'
import { usePersonSearch } from './usePersonSearch.ts'

type PersonPickProps = {
  label: string
  hint?: string
  /** Words for "nobody found". */
  empty: string
  chosenId?: number | null
  id?: string
  error?: string | undefined
  /** Somebody who cannot be meant. */
  exceptId?: number
  onChoose: (person: PersonSummary) => void
}

/** Finds one person by what is typed; Enter takes the only one found. */
export function PersonPick(props: PersonPickProps) {
  const { label, hint, error, empty, chosenId, exceptId, onChoose } = props
  const { t } = useTranslation()
  const own = useId()
  const id = props.id ?? own
  const [text, setText] = useState('')
  const { items, settled } = usePersonSearch(text, 8)
  const offered = items.filter((one) => one.id !== exceptId)
  /** Enter was pressed; a scanner presses it before the answer is here. */
  const taken = useRef(false)
  const take = () => {
    if (!taken.current || !settled) return
    taken.current = false
    const [only, more] = offered
    if (only && !more) onChoose(only)
  }
  useEffect(take)
  return (
    <div>
      <div className="labelled">
        <label htmlFor={id}>{label}</label>
        <Input
          id={id}
          type="search"
          autoComplete="off"
          aria-describedby={hint ? `${id}-hint` : undefined}
          placeholder={t('person.searchHint')}
          value={text}
          onChange={(event) => {
            taken.current = false
            setText(event.target.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            // Choosing, not sending the form that it stands in.
            event.preventDefault()
            taken.current = true
            take()
          }}
        />
        {error && <span className="field-error">{error}</span>}
        {hint && (
          <span id={`${id}-hint`} className="secondary small">
            {hint}
          </span>
        )}
      </div>
      <ul className="pick-list">
        {offered.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              className="plain-button"
              {...(chosenId !== undefined && { 'aria-pressed': person.id === chosenId })}
              onClick={() => onChoose(person)}
            >
              <PersonOption person={person} />
            </button>
          </li>
        ))}
      </ul>
      {settled && text.trim() !== '' && offered.length === 0 && <p className="secondary">{empty}</p>}
    </div>
  )
}
