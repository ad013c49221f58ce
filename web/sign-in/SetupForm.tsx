import { type SubmitEvent, useState } from 'react'
import { completeSetup, explain, signIn } from './auth.ts'
import { Field } from './Field.tsx'
import { enterApp } from './enter.ts'
import type { SignInWords } from './words.ts'

export function SetupForm({ words }: { words: SignInWords }) {
  const token = new URLSearchParams(location.search).get('token') ?? ''
  const [name, setName] = useState('')
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState(token ? '' : words.errors.noToken)
  const [busy, setBusy] = useState(false)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    setBusy(true)
    setError('')
    try {
      await completeSetup({ token, name: name.trim(), username: username.trim(), password })
      await signIn(username.trim(), password)
      enterApp()
    } catch (failure) {
      setError(explain(failure, words, 'setupRefused'))
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{words.setupTitle}</h1>
      <p className="gate-hint">{words.setupHint}</p>
      {error && (
        <p className="gate-error" role="alert">
          {error}
        </p>
      )}
      <Field
        label={words.yourName}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="name"
        maxLength={100}
        autoFocus
        required
      />
      <Field
        label={words.username}
        hint={words.usernameRule}
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        pattern="[a-zA-Z0-9_.\-]{3,40}"
        required
      />
      <Field
        label={words.newPassword}
        hint={words.passwordRule}
        type="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        required
      />
      <button className="gate-button" disabled={busy || !token}>
        {busy ? words.working : words.createAdministrator}
      </button>
    </form>
  )
}
