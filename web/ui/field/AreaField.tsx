import TextArea from 'antd/es/input/TextArea'
import { useId } from 'react'
import { type FieldProps, Labelled, described } from './Labelled.tsx'

type AreaFieldProps = FieldProps<string> & {
  rows?: number
  maxLength?: number
  placeholder?: string
  /** Text that machines read: one width, no spelling. */
  mono?: boolean
  autoFocus?: boolean
}

/** Long text: counted beside the field, never cut. */
export function AreaField(props: AreaFieldProps) {
  const own = useId()
  const { label, hint, error, rows = 3, onChange, maxLength, mono = false, id = own, inline, ...rest } = props
  return (
    <Labelled
      {...{ inline, id, label, hint, error }}
      count={maxLength !== undefined && props.value ? { n: props.value.length, of: maxLength } : undefined}
    >
      <TextArea
        id={id}
        rows={rows}
        {...(inline && { 'aria-label': label })}
        {...(mono && { className: 'mono', spellCheck: false })}
        {...described(id, hint, error)}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
    </Labelled>
  )
}
