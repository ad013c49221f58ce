import { useId, useState } from 'react'

type TextFieldProps = {
  label: string
  value: string
  hint?: string | undefined
  disabled?: boolean
  required?: boolean
  maxLength?: number
  pattern?: string
  type?: 'text' | 'email' | 'date' | 'datetime-local'
  autoFocus?: boolean
  onChange: (value: string) => void
}

export function TextField({
  label,
  value,
  hint,
  required = false,
  type = 'text',
  onChange,
  ...rest
}: TextFieldProps) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field-input"
        type={type}
        required={required}
        autoComplete="off"
        aria-describedby={hint ? `${id}-hint` : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
      {hint && (
        <span id={`${id}-hint`} className="secondary small">
          {hint}
        </span>
      )}
    </div>
  )
}

type PickFieldProps = {
  label: string
  value: string
  options: readonly { value: string; text: string }[]
  /** Words for "none". */
  none?: string
  disabled?: boolean
  required?: boolean
  onChange: (value: string) => void
}

export function PickField({
  label,
  value,
  options,
  none,
  required = false,
  disabled = false,
  onChange,
}: PickFieldProps) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="field-input"
        required={required}
        disabled={disabled}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {none !== undefined && <option value="">{none}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  )
}

type NumberFieldProps = {
  label: string
  value: number
  min?: number
  max?: number
  /** `any` allows parts of one. */
  step?: number | 'any'
  onChange: (value: number) => void
}

/** A number; invalid text stays in the field, marked, without a change event. */
export function NumberField({ label, value, min, max, step = 1, onChange }: NumberFieldProps) {
  const id = useId()
  const [typed, setTyped] = useState<{ text: string; of: number } | null>(null)
  // What is typed counts until the value changes from elsewhere, such as by an undo.
  const text = typed && typed.of === value ? typed.text : String(value)
  const fits = (one: string) => {
    const number = Number(one)
    return (
      one.trim() !== '' &&
      number >= (min ?? -Infinity) &&
      number <= (max ?? Infinity) &&
      (step === 'any' || Number.isInteger(number))
    )
  }
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field-input"
        type="number"
        min={min}
        max={max}
        step={step}
        aria-invalid={!fits(text)}
        value={text}
        onChange={({ target }) => {
          const good = fits(target.value)
          setTyped({ text: target.value, of: good ? Number(target.value) : value })
          if (good) onChange(Number(target.value))
        }}
        onBlur={() => setTyped(null)}
      />
    </div>
  )
}

type AreaFieldProps = {
  label: string
  value: string
  rows?: number
  maxLength: number
  required?: boolean
  hint?: string
  onChange: (value: string) => void
}

export function AreaField({ label, hint, rows = 3, onChange, ...rest }: AreaFieldProps) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="field-input"
        rows={rows}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
      {hint && (
        <span id={`${id}-hint`} className="secondary small">
          {hint}
        </span>
      )}
    </div>
  )
}

type CheckFieldProps = { label: string; checked: boolean; onChange: (checked: boolean) => void }

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <label className="check-line">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  )
}
