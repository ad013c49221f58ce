import { type InputHTMLAttributes, useId } from 'react'

export function Field({
  label,
  hint,
  error,
  ...input
}: { label: string; hint?: string; error?: string | undefined } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="gate-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field-input"
        aria-invalid={Boolean(error)}
        {...(described ? { 'aria-describedby': described } : {})}
        {...input}
      />
      {hint && (
        <span id={`${id}-hint`} className="small secondary">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} className="field-error">
          {error}
        </span>
      )}
    </div>
  )
}
