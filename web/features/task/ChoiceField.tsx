import { type KeyboardEvent, useRef } from 'react'

type ChoiceFieldProps = {
  labelId: string
  options: { value: string; text: string }[]
  multiple: boolean
  selected: string[]
  disabled: boolean
  /** On a scale the digit is the answer itself, and 1 then 0 means ten. */
  digitsAreValues?: boolean
  onChange: (selected: string[]) => void
  onMove: (step: 1 | -1) => void
}

const secondDigitWithin = 700

/**
 * Answers as big buttons. The group takes the focus as a whole: digits answer, left and right walk through the
 * answers, up and down go to the next question.
 */
export function ChoiceField(props: ChoiceFieldProps) {
  const { options, multiple, selected, disabled, digitsAreValues = false, onChange, onMove } = props
  const firstDigit = useRef<{ digit: string; at: number } | null>(null)

  const choose = (value: string) => {
    if (disabled) return
    if (!multiple) onChange([value])
    else onChange(selected.includes(value) ? selected.filter((one) => one !== value) : [...selected, value])
  }

  const answerDigit = (digit: string, at: number): boolean => {
    if (!digitsAreValues) {
      const option = options[Number(digit) - 1]
      if (!option) return false
      choose(option.value)
      if (!multiple) onMove(1)
      return true
    }
    const before = firstDigit.current
    const joined = before && at - before.at < secondDigitWithin ? before.digit + digit : digit
    const option = options.find((one) => one.value === joined) ?? options.find((one) => one.value === digit)
    if (!option) return false
    firstDigit.current = { digit, at }
    choose(option.value)
    const mayGrow = options.some((one) => one.value.length > 1 && one.value.startsWith(option.value))
    if (!mayGrow || option.value.length > 1) onMove(1)
    return true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { key } = event
    if (/^[0-9]$/.test(key)) {
      if (answerDigit(key, event.timeStamp)) event.preventDefault()
    } else if (key === 'ArrowDown' || key === 'ArrowUp' || key === 'Enter') {
      if (key === 'Enter' && event.target !== event.currentTarget) return
      event.preventDefault()
      onMove(key === 'ArrowUp' ? -1 : 1)
    } else if ((key === 'ArrowLeft' || key === 'ArrowRight') && !multiple) {
      event.preventDefault()
      const at = options.findIndex((option) => option.value === selected[0])
      const step = key === 'ArrowRight' ? 1 : -1
      const next = options[at < 0 ? 0 : (at + step + options.length) % options.length]
      if (next) choose(next.value)
    }
  }

  return (
    <div
      className={`choices ${digitsAreValues ? 'is-scale' : ''}`}
      role={multiple ? 'group' : 'radiogroup'}
      aria-labelledby={props.labelId}
      aria-disabled={disabled}
      tabIndex={disabled ? -1 : 0}
      data-focus
      onKeyDown={onKeyDown}
    >
      {options.map((option, index) => (
        <button
          key={option.value}
          type="button"
          role={multiple ? 'checkbox' : 'radio'}
          aria-checked={selected.includes(option.value)}
          tabIndex={-1}
          disabled={disabled}
          onClick={() => choose(option.value)}
        >
          {!digitsAreValues && index < 9 && <kbd aria-hidden="true">{index + 1}</kbd>}
          {option.text}
        </button>
      ))}
    </div>
  )
}
