import { useId } from 'react'

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
