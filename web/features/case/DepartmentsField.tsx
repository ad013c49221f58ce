import { CloseOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { PickField } from '../../ui/fields.ts'
import { useCasePlaces } from './useCasePlaces.ts'

type DepartmentsFieldProps = {
  value: number[]
  siteId?: number | undefined
  error?: string | undefined
  onChange: (value: number[]) => void
}

/** Several departments, added one by one. */
export function DepartmentsField({ value, siteId, error, onChange }: DepartmentsFieldProps) {
  const { t } = useTranslation()
  const { departments } = useCasePlaces(siteId)
  // Those of one hospital: a case lies at one site.
  const site = siteId ?? departments.find((one) => one.id === value[0])?.siteId
  const offered = departments.filter(
    (one) => !value.includes(one.id) && (site === undefined || one.siteId === site),
  )
  return (
    <div className="stack">
      <PickField
        label={t('cases.departments')}
        hint={t('cases.departmentsHint')}
        error={error}
        placeholder={t('cases.addDepartment')}
        value=""
        options={offered.map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={(id) => onChange([...value, Number(id)])}
      />
      {value.length > 0 && (
        <ul className="tag-line pick-list">
          {value.map((id) => {
            const name = departments.find((one) => one.id === id)?.name ?? ''
            return (
              <li key={id}>
                <button
                  type="button"
                  className="chip"
                  aria-label={t('cases.removeDepartment', { name })}
                  onClick={() => onChange(value.filter((one) => one !== id))}
                >
                  {name} <CloseOutlined aria-hidden />
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
