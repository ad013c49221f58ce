import { useTranslation } from 'react-i18next'
import type { PersonSummary } from '../../contract/person.ts'
import { useAge } from '../i18n/useAge.ts'
import { useCode } from '../i18n/useCode.ts'

/** One person in a result list: enough to be sure who it is. */
export function PersonOption({ person }: { person: PersonSummary }) {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  return (
    <div className="person-option">
      <span>
        <strong>{person.name}</strong> {code('sex', person.sex)} {age(person.age)}
      </span>
      <span className="secondary small">
        {[
          person.phone,
          person.recordNumbers[0]?.value,
          person.lastDepartmentName,
          person.foundAs.length > 0 && t('frame.foundAs', { names: person.foundAs.join('、') }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </div>
  )
}
