import { DatePicker as AntDatePicker } from 'antd'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import 'dayjs/locale/zh-tw'
import customParseFormat from 'dayjs/plugin/customParseFormat'
import { useState } from 'react'

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

/**
 * Ant Design's date picker over plain text values, in the application's language; typing counts at once, as picking does. The calendar
 * opens by a click or the arrow down, not by focus alone, where it would cover what comes next. Loaded when first shown.
 */
export default function DatePicker({ kind, value, onChange, min, max, required, ...rest }: DatePickerProps) {
  const { value: format, typed } = kinds[kind]
  const [open, setOpen] = useState(false)
  const change = (next: dayjs.Dayjs | null) => onChange(next?.isValid() ? next.format(format) : '')
  return (
    <AntDatePicker
      {...(kind === 'month' ? { picker: 'month' as const } : {})}
      {...(kind === 'moment' ? { showTime: { format: 'HH:mm' }, needConfirm: false } : {})}
      format={[...typed]}
      value={value ? dayjs(value, format, true) : null}
      aria-required={required}
      {...(min && { minDate: dayjs(min) })}
      {...(max && { maxDate: dayjs(max) })}
      open={open}
      onOpenChange={(next) => {
        if (!next) setOpen(false)
      }}
      onClick={() => setOpen(true)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') setOpen(true)
      }}
      panelRender={(panel) => (
        <div role="dialog" aria-label={rest['aria-label'] ?? rest.placeholder ?? format}>
          {panel}
        </div>
      )}
      onChange={change}
      onCalendarChange={(next) => {
        if (!Array.isArray(next)) change(next)
      }}
      {...rest}
    />
  )
}
