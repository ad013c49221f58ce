import { Select } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type Choice, selectOptions } from './choice.ts'
import { type FieldProps, Labelled, described } from './Labelled.tsx'

type PickFieldProps = FieldProps<string> & {
  options: readonly Choice[]
  /** Words for "none". */
  none?: string
  /** Words in the field while nothing is chosen. */
  placeholder?: string
  /** Given where the server searches; `options` are then what it found. */
  onSearch?: (search: string) => void
}

export function PickField(props: PickFieldProps) {
  const { t } = useTranslation()
  const own = useId()
  const {
    label,
    hint,
    error,
    options,
    none,
    value,
    disabled,
    required,
    onChange,
    onSearch,
    id = own,
    ...rest
  } = props
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
        {...(onSearch && {
          showSearch: { filterOption: false, onSearch },
          notFoundContent: t('common.list.noneFit'),
        })}
        {...rest}
      />
    </Labelled>
  )
}
