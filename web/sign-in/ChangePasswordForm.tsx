import { type SubmitEvent, useState } from 'react'
import { changePassword, explain } from './auth.ts'
import { Field } from './Field.tsx'
import { enterApp } from './enter.ts'
import type { SignInWords } from './words.ts'

export function ChangePasswordForm({
  words,
  currentPassword,
}: {
  words: SignInWords
  currentPassword?: string
}) {
  const [current, setCurrent] = useState(currentPassword ?? '')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const differs = again !== '' && again !== next

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (differs) return
    setBusy(true)
    setError('')
    try {
      await changePassword(current, next)
      enterApp()
    } catch (failure) {
      setError(explain(failure, words, 'passwordRefused'))
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{words.changeTitle}</h1>
      <p className="gate-hint">{words.changeHint}</p>
      {error && (
        <p className="gate-error" role="alert">
          {error}
        </p>
      )}
      {currentPassword === undefined && (
        <Field
          label={words.currentPassword}
          type="password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          autoComplete="current-password"
          autoFocus
          required
        />
      )}
      <Field
        label={words.newPassword}
        hint={words.passwordRule}
        type="password"
        value={next}
        onChange={(event) => setNext(event.target.value)}
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        required
      />
      <Field
        label={words.passwordAgain}
        error={differs ? words.errors.differs : undefined}
        type="password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        autoComplete="new-password"
        required
      />
      <button className="gate-button" disabled={busy}>
        {busy ? words.working : words.changeAndEnter}
      </button>
    </form>
  )
}
