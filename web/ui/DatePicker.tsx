import { DatePicker as AntDatePicker } from 'antd'
import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat'

// Ant Design reads typed dates by this plugin of dayjs.
dayjs.extend(customParseFormat)

const kinds = {
  day: { value: 'YYYY-MM-DD', typed: ['YYYY-MM-DD', 'YYYYMMDD', 'YYYY/M/D', 'YYYY-M-D', 'YYYY.M.D'] },
  moment: { value: 'YYYY-MM-DDTHH:mm', typed: ['YYYY-MM-DD HH:mm', 'YYYY-MM-DDTHH:mm', 'YYYY/M/D H:mm'] },
  month: { value: 'YYYY-MM', typed: ['YYYY-MM', 'YYYYMM', 'YYYY/M'] },
} as const

type DatePickerProps = {
  kind: keyof typeof kinds
  value: string
  onChange: (value: string) => void
  id?: string
  min?: string
  max?: string
  disabled?: boolean
  required?: boolean
  autoFocus?: boolean
  allowClear?: boolean
  placeholder?: string
  className?: string
  status?: 'error'
  'aria-label'?: string
}

/** Ant Design's date picker over plain text values; typing counts at once, as picking does. Loaded when first shown. */
export default function DatePicker({ kind, value, onChange, min, max, required, ...rest }: DatePickerProps) {
  const { value: format, typed } = kinds[kind]
  const at = (text: string | undefined) => (text ? dayjs(text, format, true) : undefined)
  const change = (next: dayjs.Dayjs | null) => onChange(next?.isValid() ? next.format(format) : '')
  return (
    <AntDatePicker
      {...(kind === 'month' ? { picker: 'month' as const } : {})}
      {...(kind === 'moment' ? { showTime: { format: 'HH:mm' }, needConfirm: false } : {})}
      format={[...typed]}
      value={at(value) ?? null}
      aria-required={required}
      {...(min && { minDate: dayjs(min) })}
      {...(max && { maxDate: dayjs(max) })}
      onChange={(next) => change(next)}
      onCalendarChange={(next) => change(Array.isArray(next) ? null : next)}
      {...rest}
    />
  )
}
