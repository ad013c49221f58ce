import { useTranslation } from 'react-i18next'
import type { IntakeMessage } from '../../../contract/intake.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useIntakeReason } from './useIntakeReason.ts'

/** Why a message was not applied, or what of it could not be used, in one line. */
export function IntakeReason({ message: { reason, location, notes } }: { message: IntakeMessage }) {
  const { t } = useTranslation()
  const code = useCode()
  const why = useIntakeReason()
  if (reason)
    return (
      <span className="intake-reason" title={why(reason)}>
        {location && <b className="mono">{location}</b>} {why(reason)}
      </span>
    )
  if (notes.length === 0) return null
  const text = notes.map((one) => `${one.location} ${code('intakeNote', one.kind)}`).join('；')
  return (
    <span className="intake-reason" title={text}>
      {t('intake.notes.notUsed')} · {text}
    </span>
  )
}
