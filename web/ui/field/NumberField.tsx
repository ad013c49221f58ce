import { InputNumber } from 'antd'
import { useId } from 'react'
import { type FieldProps, Labelled, described } from './Labelled.tsx'

type NumberFieldProps = Omit<FieldProps<number | null>, 'onChange'> & {
  min?: number
  max?: number
  /** `any` allows parts of one. */
  step?: number | 'any'
  unit?: string
  /** Words in the empty field, where they are not the label's. */
  placeholder?: string
  onChange: (value: number) => void
  /** Given where "no number" is a value as well. */
  onClear?: () => void
}

/** A number; what is not one stays in the field, marked, without a change event. */
export function NumberField(props: NumberFieldProps) {
  const own = useId()
  const { label, hint, error, min, max, step = 1, unit, onChange, onClear, id = own, inline, ...rest } = props
  return (
    <Labelled {...{ inline, id, label, hint, error }}>
      <InputNumber
        id={id}
        {...(inline ? { 'aria-label': label, placeholder: label } : { className: 'number-input' })}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        {...(unit && { suffix: unit })}
        // Its arrows bear English words for a screen reader, and few people use them.
        controls={false}
        step={step === 'any' ? 1 : step}
        {...(step !== 'any' && Number.isInteger(step) && { precision: 0 })}
        {...described(id, hint, error)}
        onChange={(next) => {
          if (next !== null) onChange(next)
          else onClear?.()
        }}
        {...rest}
      />
    </Labelled>
  )
}
