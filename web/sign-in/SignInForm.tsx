import { type SubmitEvent, useState } from 'react'
import { send } from '../api.ts'
import type { CurrentUser } from '../../contract/access.ts'
import { explain, signIn, verifyCode } from './auth.ts'
import { ChangePasswordForm } from './ChangePasswordForm.tsx'
import { Field } from './Field.tsx'
import { enterApp } from './enter.ts'
import type { SignInWords } from './words.ts'

type Step = 'password' | 'totp' | 'backup-code' | 'change-password'

export function SignInForm({ words }: { words: SignInWords }) {
  const [step, setStep] = useState<Step>('password')
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)

  async function signedIn() {
    const me = (await send('get', '/api/v1/me')) as CurrentUser
    if (me.mustChangePassword) setStep('change-password')
    else enterApp()
  }

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    setBusy(true)
    setError('')
    try {
      if (step === 'password') {
        const answer = await signIn(username.trim(), password)
        if (answer.twoFactorRedirect) setStep('totp')
        else await signedIn()
      } else if (step === 'totp' || step === 'backup-code') {
        await verifyCode(code.trim(), step)
        await signedIn()
      }
    } catch (failure) {
      setError(explain(failure, words, step === 'password' ? 'wrongPassword' : 'wrongCode'))
    } finally {
      setBusy(false)
    }
  }

  if (step === 'change-password') return <ChangePasswordForm words={words} currentPassword={password} />

  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{step === 'password' ? words.title : words.twoFactorTitle}</h1>
      {step === 'password' && !['/', '/sign-in'].includes(location.pathname) && (
        <p className="gate-hint">{words.leadsBack}</p>
      )}
      {error && (
        <p className="gate-error" role="alert">
          {error}
        </p>
      )}
      {step === 'password' ? (
        <>
          <Field
            label={words.username}
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
          />
          <Field
            label={words.password}
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        </>
      ) : (
        <Field
          key={step}
          label={step === 'totp' ? words.totpCode : words.backupCode}
          hint={step === 'totp' ? words.totpHint : words.backupHint}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          inputMode={step === 'totp' ? 'numeric' : 'text'}
          autoComplete="one-time-code"
          autoFocus
          required
        />
      )}
      <button className="gate-button" disabled={busy}>
        {busy ? words.working : step === 'password' ? words.enter : words.verify}
      </button>
      {step !== 'password' && (
        <button
          type="button"
          className="plain-button gate-switch"
          onClick={() => {
            setCode('')
            setError('')
            setStep(step === 'totp' ? 'backup-code' : 'totp')
          }}
        >
          {step === 'totp' ? words.useBackup : words.useTotp}
        </button>
      )}
      {step === 'password' && <p className="gate-hint small">{words.forgot}</p>}
    </form>
  )
}
