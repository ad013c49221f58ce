import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'

/** One screen: its heading has the focus when it appears, so that a screen reader begins there. */
export function Card({
  title,
  problem,
  focusOn,
  children,
}: {
  title: string
  /** Why the last tap did nothing; the id of its words. */
  problem?: string | null
  /** Something else than the heading has the focus. */
  focusOn?: 'field'
  children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    scrollTo(0, 0)
    if (focusOn !== 'field') heading.current?.focus({ preventScroll: true })
  }, [title, focusOn])
  return (
    <section className="form-card">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <Problem id={problem ?? null} />
      {children}
    </section>
  )
}

export function Problem({ id }: { id: string | null }) {
  const { t, i18n } = useTranslation()
  const text = id === null ? null : i18n.exists(`booking.error.${id}`) ? id : 'other'
  return (
    <p role="alert" className="book-problem">
      {text !== null && t(`booking.error.${text as 'other'}`)}
    </p>
  )
}

type FieldProps = {
  label: string
  hint?: string
  problem?: string | null
  value: string
  onChange: (value: string) => void
  input: Omit<React.ComponentProps<'input'>, 'value' | 'onChange'>
}

export function Field({ label, hint, problem, value, onChange, input }: FieldProps) {
  const id = useId()
  return (
    <div className="book-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field-input"
        value={value}
        aria-invalid={Boolean(problem)}
        aria-describedby={`${id}-hint ${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
        {...input}
      />
      <p id={`${id}-hint`} className="secondary book-hint">
        {hint}
      </p>
      <p id={`${id}-problem`} className="field-error" role="alert">
        {problem}
      </p>
    </div>
  )
}

/** Large answers to one question, one below the other. */
export function Choices<T>({
  label,
  options,
  onChoose,
  busy = false,
  narrow = false,
}: {
  label: string
  options: { key: string | number; text: ReactNode; more?: ReactNode; value: T }[]
  onChoose: (value: T) => void
  busy?: boolean
  /** Short answers: two in a row. */
  narrow?: boolean
}) {
  return (
    <ul className={`book-choices${narrow ? ' is-narrow' : ''}`} aria-label={label}>
      {options.map((one) => (
        <li key={one.key}>
          <button type="button" className="book-choice" disabled={busy} onClick={() => onChoose(one.value)}>
            <span>{one.text}</span>
            {one.more && <span className="secondary book-hint">{one.more}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}
