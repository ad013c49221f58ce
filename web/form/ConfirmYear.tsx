import { type SubmitEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Confirmation } from './api.ts'

/** The one thing that only the person and their family know; until then the page tells nothing. */
export function ConfirmYear({
  view,
  onYear,
}: {
  view: Confirmation
  onYear: (year: number) => Promise<void>
}) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const [touched, setTouched] = useState(false)
  const [busy, setBusy] = useState(false)
  // Chinese input methods write full-width digits.
  const digits = text.normalize('NFKC').trim()
  const right = /^(1[89]|20)\d\d$/.test(digits) || (view.republicYears && /^\d{1,3}$/.test(digits))
  const problem =
    touched && !right
      ? t('form.yearForm')
      : view.wrong && text === ''
        ? t('form.yearWrong', { n: view.triesLeft })
        : null

  async function send(event: SubmitEvent) {
    event.preventDefault()
    setTouched(true)
    if (!right || busy) return
    setBusy(true)
    await onYear(Number(digits))
    setText('')
    setTouched(false)
    setBusy(false)
  }

  return (
    <form className="form-card" onSubmit={(event) => void send(event)} noValidate>
      <p className="form-place">{view.siteName}</p>
      <h1>{t('form.confirmTitle')}</h1>
      <p>{t('form.confirmHint')}</p>
      <label htmlFor={id}>{t('form.year')}</label>
      <input
        id={id}
        className="field-input"
        inputMode="numeric"
        autoComplete="bday-year"
        maxLength={4}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-hint ${id}-problem`}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={`${id}-hint`} className="secondary">
        {t('form.yearExample')}
        {view.republicYears && ` · ${t('form.yearRepublic')}`}
      </p>
      <p id={`${id}-problem`} className="field-error" role="alert">
        {problem}
      </p>
      <button type="submit" className="form-button" disabled={busy}>
        {t('form.goOn')}
      </button>
    </form>
  )
}
