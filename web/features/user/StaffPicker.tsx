// eslint-disable-next-line no-restricted-imports -- searched by the server, which the kit's select is not
import { Select } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'

type StaffPickerProps = {
  value: number | null
  /** The name of the chosen one, which may not be among the first found. */
  name: string | null
  onChange: (staffId: number | null, name: string | null) => void
}

export function StaffPicker({ value, name, onChange }: StaffPickerProps) {
  const { t } = useTranslation()
  const id = useId()
  const [search, setSearch] = useState('')
  const staff = useCall(
    listStaff,
    { query: { limit: 20, ...(search.trim() ? { search: search.trim() } : {}) } },
    { placeholderData: (previous) => previous },
  )
  const found = (staff.data?.items ?? []).map((one) => ({
    value: one.id,
    label: [one.name, one.departmentName, one.code].filter(Boolean).join(' · '),
    name: one.name,
  }))
  const options =
    value !== null && !found.some((one) => one.value === value)
      ? [{ value, label: name ?? String(value), name: name ?? '' }, ...found]
      : found
  return (
    <div className="labelled">
      <label htmlFor={id}>{t('users.staff')}</label>
      <Select
        id={id}
        allowClear
        showSearch={{ filterOption: false, onSearch: setSearch }}
        placeholder={t('users.staffSearch')}
        value={value ?? undefined}
        options={options}
        loading={staff.isFetching}
        onChange={(next: number | undefined) =>
          onChange(next ?? null, options.find((one) => one.value === next)?.name ?? null)
        }
      />
      <span className="secondary small">{t('users.staffHint')}</span>
    </div>
  )
}
