import { useTranslation } from 'react-i18next'
import type { CheckField } from '../../../contract/spot-check.ts'
import { useCode } from '../../i18n/useCode.ts'

const marks: Record<CheckField['result'], string> = { agree: '✓', disagree: '✗', unclear: '?' }

/** What was recorded and what the person says, field by field. */
export function CheckFields({ fields }: { fields: CheckField[] }) {
  const { t } = useTranslation()
  const code = useCode()
  if (fields.length === 0) return <>—</>
  const words = (value: string | null) =>
    value === null ? t('spotChecks.nothing') : code('checkValue', value)
  return (
    <ul className="check-fields">
      {fields.map(({ field, recorded, said, result }) => (
        <li key={field} className={`check-${result}`}>
          <span aria-hidden="true">{marks[result]}</span>
          <span className="visually-hidden">{code('checkResult', result)}</span> {code('checkField', field)}
          {result !== 'agree' && (
            <span className="secondary small">
              {' '}
              {t('spotChecks.recordedSaid', { recorded: words(recorded), said: words(said) })}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
