import type { Localized } from '../../../contract/questionnaire.ts'
import { languageNames, languages } from '../../i18n/language.ts'
import { AreaField, NumberField } from '../../ui/fields.ts'

type LocalizedFieldProps = {
  label: string
  value: Localized | undefined
  long?: boolean
  onChange: (value: Localized | undefined) => void
}

/** The same words in all languages side by side; cleared in all of them it is gone. */
export function LocalizedField({ label, value, long = false, onChange }: LocalizedFieldProps) {
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
        return (
          <div key={language} lang={language}>
            <span className="secondary small" aria-hidden="true">
              {languageNames[language]}
            </span>
            <AreaField
              inline
              rows={long ? 3 : 2}
              label={`${label} ${languageNames[language]}`}
              maxLength={2000}
              value={value?.[language] ?? ''}
              onChange={(text) => change(language, text)}
            />
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
  return (
    <NumberField
      label={label}
      step="any"
      value={value ?? null}
      onChange={onChange}
      onClear={() => onChange(undefined)}
    />
  )
}
