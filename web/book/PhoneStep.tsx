import { type SubmitEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Asked } from './api.ts'
import { Card, Field } from './parts.tsx'

type PhoneStepProps = {
  problem: string | null
  busy: boolean
  onAsk: (phone: string, onAsked: (asked: Asked) => void) => void
  onProve: (request: string, phone: string, code: string) => void
}

const digitsOf = (text: string) => text.normalize('NFKC').replaceAll(/\D/g, '')
const codeLength = 6

/** Number and code. Six digits are the whole code: nobody has to tap once more. */
export function PhoneStep({ problem, busy, onAsk, onProve }: PhoneStepProps) {
  const { t } = useTranslation()
  const [phone, setPhone] = useState('')
  const [asked, setAsked] = useState<Asked | null>(null)
  const [code, setCode] = useState('')
  const [touched, setTouched] = useState(false)
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])

  const possible = digitsOf(phone).length >= 8
  const send = () => {
    setTouched(true)
    if (!possible) return
    onAsk(phone, (next) => {
      setAsked(next)
      setCode('')
      setTouched(false)
      setLeft(next.again)
    })
  }
  const prove = (text: string) => {
    if (asked && digitsOf(text).length === codeLength) onProve(asked.request, phone, digitsOf(text))
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (asked) {
      setTouched(true)
      prove(code)
    } else send()
  }
  const numberField = (
    <Field
      label={t('booking.phone')}
      hint={t('booking.phoneHint')}
      value={phone}
      onChange={(value) => {
        setPhone(value)
        setAsked(null)
      }}
      problem={
        (touched && !asked && !possible) || (problem === 'phone' && !asked) ? t('booking.error.phone') : null
      }
      input={{ type: 'tel', inputMode: 'tel', autoComplete: 'tel', autoFocus: true, maxLength: 30 }}
    />
  )
  const shown = problem === 'phone' ? null : problem
  if (!asked)
    return (
      <Card title={t('booking.phoneTitle')} problem={shown} focusOn="field">
        <form className="book-form" onSubmit={submit} noValidate>
          {numberField}
          <button type="submit" className="form-button" disabled={busy}>
            {t('booking.sendCode')}
          </button>
        </form>
      </Card>
    )
  return (
    <Card title={t('booking.codeTitle')} problem={shown} focusOn="field">
      <form className="book-form" onSubmit={submit} noValidate>
        <p role="status">{t('booking.codeSent', { phone })}</p>
        <Field
          label={t('booking.code')}
          value={code}
          onChange={(value) => {
            setCode(value)
            prove(value)
          }}
          problem={touched && digitsOf(code).length !== codeLength ? t('booking.error.codeForm') : null}
          input={{ inputMode: 'numeric', autoComplete: 'one-time-code', autoFocus: true, maxLength: 12 }}
        />
        <button type="submit" className="form-button" disabled={busy}>
          {t('booking.goOn')}
        </button>
        <button
          type="button"
          className="form-button is-plain"
          disabled={busy || (left > 0 && problem !== 'booking-code-ended')}
          onClick={send}
        >
          {left > 0 && problem !== 'booking-code-ended'
            ? t('booking.againIn', { n: left })
            : t('booking.again')}
        </button>
        <button type="button" className="plain-button book-link" onClick={() => setAsked(null)}>
          {t('booking.otherPhone')}
        </button>
      </form>
    </Card>
  )
}
