import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Permission } from '../../contract/access.ts'
import { listStaff } from '../../contract/setting.ts'
import { useCode } from '../i18n/useCode.ts'
import { useCall } from '../query.ts'
import type { Choice } from '../ui/field/choice.ts'
import type { FieldProps } from '../ui/field/Labelled.tsx'
import { PickField } from '../ui/fields.ts'

type StaffPickProps = FieldProps<string> & {
  /** The chosen one's name, where it is known before anybody is searched. */
  name?: string | null
  /** Whom not to offer. */
  but?: number
  /** Further choices before the people. */
  first?: readonly Choice[]
  /** Words for "nobody". */
  none?: string
  /** Only those whom one reaches with this permission. */
  within?: Permission
}

/** Finds a colleague by name or number, searched by the server. */
export function StaffPick({ name, but, within, none, first = [], ...field }: StaffPickProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<Choice | null>(name ? { value: field.value, text: name } : null)
  const staff = useCall(
    listStaff,
    { query: { limit: 50, ...(within && { within }), ...(search.trim() && { search: search.trim() }) } },
    { placeholderData: (previous) => previous },
  )
  const found = (staff.data?.items ?? [])
    .filter((one) => one.active && one.id !== but)
    .map((one) => ({
      value: String(one.id),
      text: [one.name, code('role', one.role), one.departmentName].filter(Boolean).join(' · '),
    }))
  const known = [...first, ...found].some((one) => one.value === field.value)
  // A kept draft knows the number only, which is not for the screen.
  const text = chosen?.value === field.value ? chosen.text : t('tasks.staffOfDraft')
  const missing = field.value !== '' && staff.isSuccess && !known
  const options = [
    ...(search ? [] : first),
    ...(missing && !search ? [{ value: field.value, text }] : []),
    ...found,
  ]
  return (
    <PickField
      placeholder={t('tasks.findStaff')}
      {...field}
      options={options}
      onSearch={setSearch}
      {...(none !== undefined && search === '' && { none })}
      onChange={(value) => {
        setSearch('')
        setChosen(options.find((one) => one.value === value) ?? null)
        field.onChange(value)
      }}
    />
  )
}
