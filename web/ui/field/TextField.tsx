import Input from 'antd/es/input/Input'
import { useId } from 'react'
import { type FieldProps, Labelled, described } from './Labelled.tsx'

type TextFieldProps = FieldProps<string> & {
  /** Text is counted against it, never cut. */
  maxLength?: number
  pattern?: string
  placeholder?: string
  type?: 'text' | 'email' | 'password' | 'tel'
  autoComplete?: string
  inputMode?: 'numeric' | 'decimal' | 'tel'
  autoFocus?: boolean
  /** Text that machines read: one width, no spelling. */
  mono?: boolean
  readOnly?: boolean
  minLength?: number
  className?: string
  /** Usual values, each one click. */
  usual?: readonly string[]
}

export function TextField(props: TextFieldProps) {
  const own = useId()
  const {
    label,
    hint,
    error,
    usual,
    onChange,
    maxLength,
    type = 'text',
    id = own,
    inline,
    mono,
    ...rest
  } = props
  const near = maxLength !== undefined && props.value.length > maxLength * 0.8
  return (
    <Labelled
      {...{ inline, id, label, hint, error }}
      count={near ? { n: props.value.length, of: maxLength } : undefined}
    >
      <Input
        id={id}
        type={type}
        autoComplete="off"
        {...(inline && { 'aria-label': label, placeholder: label })}
        {...(mono && { className: 'mono', spellCheck: false })}
        {...described(id, hint, error)}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
      {usual && <Usual {...{ usual, value: props.value, onChange }} />}
    </Labelled>
  )
}

function Usual({
  usual,
  value,
  onChange,
}: {
  usual: readonly string[]
  value: string
  onChange: (v: string) => void
}) {
  return (
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
  )
}
