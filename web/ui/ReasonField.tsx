import { useId } from 'react'

type ReasonFieldProps = {
  label: string
  placeholder?: string
  /** Usual reasons, each one click. */
  usual: readonly string[]
  value: string
  onChange: (value: string) => void
}

/** Why somebody did something, in own words or one of the usual ones. */
export function ReasonField({ label, placeholder, usual, value, onChange }: ReasonFieldProps) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field-input"
        maxLength={200}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="tag-line">
        {usual.map((text) => (
          <button
            key={text}
            type="button"
            className="chip"
            aria-pressed={value === text}
            onClick={() => onChange(text)}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  )
}
