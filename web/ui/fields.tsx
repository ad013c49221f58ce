import { Checkbox, Input, InputNumber, Select } from 'antd'
import { type ReactNode, Suspense, lazy, useId } from 'react'
import { useTranslation } from 'react-i18next'

const Picker = lazy(() => import('./DatePicker.tsx'))

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
function Labelled({ inline = false, id, label, hint, error, count, children }: LabelledProps) {
  const { t } = useTranslation()
  if (inline) return children
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children}
      {(error ?? hint ?? count) && (
        <span className="field-foot">
          {error ? (
            <span id={`${id}-error`} className="field-error">
              {error}
            </span>
          ) : (
            hint && (
              <span id={`${id}-hint`} className="secondary small">
                {hint}
              </span>
            )
          )}
          {count && (
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

function described(id: string, hint: ReactNode, error: string | undefined) {
  if (error)
    return { 'aria-describedby': `${id}-error`, 'aria-invalid': true as const, status: 'error' as const }
  return hint ? { 'aria-describedby': `${id}-hint` } : {}
}

/** What every field takes; `useContractForm` fills `id`, `error` and `required` from the contract. */
type FieldProps<T> = {
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
      <Input.TextArea
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

export type Choice = { value: string; text: string; disabled?: boolean }

/** Options of what has a number and a name, such as sites and staff. */
export function choices(items: readonly { id: number; name: string }[]): Choice[] {
  return items.map(({ id, name }) => ({ value: String(id), text: name }))
}

/** From here on a list is searched instead of read. */
const searchFrom = 9

/** What an Ant Design select is told; `data-value` names an option for scripts and tests. */
export function selectOptions(options: readonly Choice[]) {
  return {
    options: options.map(({ value, text, disabled = false }) => ({
      value,
      label: text,
      title: text,
      disabled,
      'data-value': value,
    })),
    ...(options.length >= searchFrom && { showSearch: { optionFilterProp: 'label' } }),
    popupMatchSelectWidth: false,
  }
}

type PickFieldProps = FieldProps<string> & {
  options: readonly Choice[]
  /** Words for "none". */
  none?: string
}

export function PickField(props: PickFieldProps) {
  const own = useId()
  const { label, hint, error, options, none, value, disabled, required, onChange, id = own } = props
  return (
    <Labelled {...{ id, label, hint, error }}>
      <Select
        id={id}
        value={value === '' && none === undefined ? null : value}
        aria-required={required}
        {...described(id, hint, error)}
        {...(disabled && { disabled })}
        onChange={(next: string | null) => onChange(next ?? '')}
        {...selectOptions(none === undefined ? options : [{ value: '', text: none }, ...options])}
      />
    </Labelled>
  )
}

type NumberFieldProps = Omit<FieldProps<number | null>, 'onChange'> & {
  min?: number
  max?: number
  /** `any` allows parts of one. */
  step?: number | 'any'
  unit?: string
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
        step={step === 'any' ? 0.1 : step}
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

type DateFieldProps = FieldProps<string> & {
  min?: string
  max?: string
  autoFocus?: boolean
}

/** A day as `YYYY-MM-DD`, or with `time` a local moment as `YYYY-MM-DDTHH:mm`; empty text for none. */
export function DateField({ time = false, ...props }: DateFieldProps & { time?: boolean }) {
  const own = useId()
  const { label, hint, error, id = own, inline, ...rest } = props
  return (
    <Labelled {...{ inline, id, label, hint, error }}>
      <Suspense fallback={<span className="picker-place" />}>
        <Picker
          id={id}
          kind={time ? 'moment' : 'day'}
          {...(inline && { 'aria-label': label, placeholder: label })}
          {...described(id, hint, error)}
          {...rest}
        />
      </Suspense>
    </Labelled>
  )
}

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
  onChange: (value: string[]) => void
}

/** Several of a few. */
export function ChecksField({ label, options, value, onChange }: ChecksFieldProps) {
  return (
    <fieldset className="checks-field">
      <legend>{label}</legend>
      <Checkbox.Group
        value={[...value]}
        options={options.map(({ value: one, text }) => ({ value: one, label: text }))}
        onChange={onChange}
      />
    </fieldset>
  )
}

/** Fields side by side where there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className="field-row">{children}</div>
}

type FileFieldProps = { label: string; accept: string; onFile: (file: File) => void }

/** One file from this computer; the same file can be chosen twice. */
export function FileField({ label, accept, onFile }: FileFieldProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        type="file"
        accept={accept}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file) onFile(file)
          target.value = ''
        }}
      />
    </Labelled>
  )
}
