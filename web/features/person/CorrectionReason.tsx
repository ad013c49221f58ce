import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/fields.ts'

const usual = ['self', 'family', 'document', 'his'] as const

type CorrectionReasonProps = { value: string; onChange: (value: string) => void }

/** Why something is corrected by hand. */
export function CorrectionReason(props: CorrectionReasonProps) {
  const { t } = useTranslation()
  return (
    <TextField
      maxLength={200}
      {...props}
      label={t('person.reason')}
      placeholder={t('person.reasonHint')}
      usual={usual.map((one) => t(`person.reasons.${one}`))}
    />
  )
}

/** Whether that is a reason. */
export function isReason(text: string): boolean {
  return text.trim().length >= 2
}
