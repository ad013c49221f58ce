import { useId } from 'react'
import { useTranslation } from 'react-i18next'

const usual = ['self', 'family', 'document', 'his'] as const

type CorrectionReasonProps = { value: string; onChange: (value: string) => void }

/** Why something is corrected by hand, in own words or one of the usual ones. */
export function CorrectionReason({ value, onChange }: CorrectionReasonProps) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{t('person.reason')}</label>
      <input
        id={id}
        className="field-input"
        maxLength={200}
        placeholder={t('person.reasonHint')}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="tag-line">
        {usual.map((one) => {
          const text = t(`person.reasons.${one}`)
          return (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={value === text}
              onClick={() => onChange(text)}
            >
              {text}
            </button>
          )
        })}
      </div>
    </div>
  )
}

/** Whether that is a reason. */
export function isReason(text: string): boolean {
  return text.trim().length >= 2
}
