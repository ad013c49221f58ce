import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listStaff } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCallPages } from '../../query.ts'
import { PickField, TextField } from '../../ui/fields.ts'

type StaffPickProps = {
  label: string
  value: string
  /** Whom not to offer. */
  but?: number
  /** Further choices before the people. */
  first?: readonly { value: string; text: string }[]
  error?: string | undefined
  onChange: (value: string) => void
}

/** Finds a colleague by name or number and chooses one. */
export function StaffPick({ label, value, but, first = [], error, onChange }: StaffPickProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [search, setSearch] = useState('')
  const staff = useCallPages(
    listStaff,
    { query: { limit: 100, ...(search.trim() && { search: search.trim() }) } },
    { keepPrevious: true },
  )
  const options = staff.items
    .filter((one) => one.active && one.id !== but)
    .map((one) => ({
      value: String(one.id),
      text: [one.name, code('role', one.role), one.departmentName].filter(Boolean).join(' · '),
    }))
  return (
    <>
      <TextField label={t('tasks.findStaff')} value={search} onChange={setSearch} autoFocus />
      <PickField
        label={label}
        value={value}
        error={error}
        none={t('tasks.choose')}
        required
        options={[...first, ...options]}
        onChange={onChange}
      />
    </>
  )
}
