import { useTranslation } from 'react-i18next'
import { type Language, languageNames, languages } from '../i18n/language.ts'

/** The languages of a page for patients, each in its own words. */
export function PageLanguages({
  label,
  onChoose,
}: {
  label: string
  onChoose: (language: Language) => Promise<void>
}) {
  const { i18n } = useTranslation()
  return (
    <nav className="form-languages" aria-label={label}>
      {languages.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === i18n.language}
          onClick={() => void onChoose(one)}
        >
          {languageNames[one]}
        </button>
      ))}
    </nav>
  )
}
