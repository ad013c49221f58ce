import { Checkbox } from 'antd'
import type { ReactNode } from 'react'
import type { Choice } from './choice.ts'

type CheckFieldProps = {
  label: ReactNode
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

export function CheckField({ label, checked, disabled = false, onChange }: CheckFieldProps) {
  return (
    <Checkbox checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)}>
      {label}
    </Checkbox>
  )
}

type ChecksFieldProps = {
  label: string
  options: readonly Choice[]
  value: readonly string[]
  error?: string | undefined
  onChange: (value: string[]) => void
}

/** Several of a few. */
export function ChecksField({ label, options, value, error, onChange }: ChecksFieldProps) {
  return (
    <fieldset className="checks-field">
      <legend>{label}</legend>
      <Checkbox.Group
        value={[...value]}
        options={options.map(({ value: one, text }) => ({ value: one, label: text }))}
        onChange={onChange}
      />
      {error && <span className="field-error">{error}</span>}
    </fieldset>
  )
}
