import { useId } from 'react'
import { useTranslation } from 'react-i18next'

type ReasonFieldProps = {
  value: string
  onChange: (value: string) => void
  /** Which usual reasons are offered. */
  kind: 'merge' | 'separate'
}

const usual = ['one', 'two', 'three'] as const

/** Why two records were joined or separated, in own words or one of the usual ones. */
export function ReasonField({ value, onChange, kind }: ReasonFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{t('match.reason')}</label>
      <input
        id={id}
        className="field-input"
        maxLength={200}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="tag-line">
        {usual.map((one) => {
          const text = t(`match.reasons.${kind}.${one}`)
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
