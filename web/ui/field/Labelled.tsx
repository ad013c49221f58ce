import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

type LabelledProps = {
  inline?: boolean | undefined
  id: string
  label: string
  hint?: ReactNode
  error?: string | undefined
  /** How much of what is allowed is written. */
  count?: { n: number; of: number } | undefined
  children: ReactNode
}

/** Label above, hint or error below: the shape of every field. */
export function Labelled({ inline = false, id, label, hint, error, count, children }: LabelledProps) {
  const { t } = useTranslation()
  if (inline) return children
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children}
      {(error ?? hint ?? count) && (
        <span className="field-foot">
          {error && (
            <span id={`${id}-error`} className="field-error">
              {error}
            </span>
          )}
          {hint && (
            <span id={`${id}-hint`} className="secondary small">
              {hint}
            </span>
          )}
          {/* The refusal of a text that is too long says the same as its counter. */}
          {count && !(error && count.n > count.of) && (
            <span className={`field-count small ${count.n > count.of ? 'field-error' : 'secondary'}`}>
              {t(count.n > count.of ? 'common.field.over' : 'common.field.count', {
                n: count.n,
                of: count.of,
                over: count.n - count.of,
              })}
            </span>
          )}
        </span>
      )}
    </div>
  )
}

export function described(id: string, hint: ReactNode, error: string | undefined) {
  if (error)
    return { 'aria-describedby': `${id}-error`, 'aria-invalid': true as const, status: 'error' as const }
  return hint ? { 'aria-describedby': `${id}-hint` } : {}
}

/** What every field takes; `useContractForm` fills `id`, `error` and `required` from the contract. */
export type FieldProps<T> = {
  label: string
  value: T
  onChange: (value: T) => void
  id?: string
  hint?: ReactNode
  error?: string | undefined
  disabled?: boolean
  required?: boolean
  /** Within a line of controls: the label is heard and stands in the empty field, not above it. */
  inline?: boolean
}

/** Fields side by side where there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className="field-row">{children}</div>
}
