import { useId } from 'react'
import type { Localized } from '../../../contract/questionnaire.ts'
import { languageNames, languages } from '../../i18n/language.ts'

type LocalizedFieldProps = {
  label: string
  value: Localized | undefined
  long?: boolean
  onChange: (value: Localized | undefined) => void
}

/** The same words in all languages side by side; cleared in all of them it is gone. */
export function LocalizedField({ label, value, long = false, onChange }: LocalizedFieldProps) {
  const id = useId()
  const change = (language: keyof Localized, text: string) => {
    const all = { 'zh-CN': '', ...value, [language]: text }
    // An empty translation is none: the mainland's words stand in for it.
    const next: Localized = {
      'zh-CN': all['zh-CN'],
      ...(all['zh-TW'] && { 'zh-TW': all['zh-TW'] }),
      ...(all.en && { en: all.en }),
    }
    onChange(languages.every((one) => !next[one]) ? undefined : next)
  }
  return (
    <fieldset className="design-words">
      <legend>{label}</legend>
      {languages.map((language) => {
        const common = {
          className: 'field-input',
          'aria-labelledby': `${id}-${language}`,
          lang: language,
          value: value?.[language] ?? '',
          onChange: (event: { target: { value: string } }) => change(language, event.target.value),
        }
        return (
          <div key={language}>
            <span id={`${id}-${language}`} className="secondary small" lang={language}>
              <span className="visually-hidden">{label} </span>
              {languageNames[language]}
            </span>
            <textarea rows={long ? 3 : 2} maxLength={2000} {...common} />
          </div>
        )
      })}
    </fieldset>
  )
}

type NumberInputProps = {
  label: string
  value: number | undefined
  onChange: (value: number | undefined) => void
}

/** A number or none. */
export function NumberInput({ label, value, onChange }: NumberInputProps) {
  const id = useId()
  return (
    <div className="labelled design-number">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        step="any"
        className="field-input"
        value={value ?? ''}
        onChange={(event) => {
          const { valueAsNumber } = event.target
          onChange(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber)
        }}
      />
    </div>
  )
}

type CheckFieldProps = { label: string; checked: boolean; onChange: (checked: boolean) => void }

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  )
}
