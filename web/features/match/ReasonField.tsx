import { useTranslation } from 'react-i18next'
import { ReasonField as Field } from '../../ui/ReasonField.tsx'

type ReasonFieldProps = {
  value: string
  onChange: (value: string) => void
  /** Which usual reasons are offered. */
  kind: 'merge' | 'separate'
}

const usual = ['one', 'two', 'three'] as const

/** Why two records were joined or separated. */
export function ReasonField({ kind, ...props }: ReasonFieldProps) {
  const { t } = useTranslation()
  return (
    <Field
      {...props}
      label={t('match.reason')}
      usual={usual.map((one) => t(`match.reasons.${kind}.${one}`))}
    />
  )
}
