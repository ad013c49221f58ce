import { type ReactNode, useEffect } from 'react'
import { languageNames, languages } from '../i18n/language.ts'
import { ChangePasswordForm } from './ChangePasswordForm.tsx'
import { SetupForm } from './SetupForm.tsx'
import { SignInForm } from './SignInForm.tsx'
import { useSignInWords } from './words.ts'

export type Gate = 'sign-in' | 'setup' | 'change-password' | 'unreachable'

export function SignInScreen({ gate }: { gate: Gate }) {
  const { words, language, choose } = useSignInWords()
  useEffect(() => {
    if (words) document.title = `${words.title} · ${words.product}`
  }, [words])
  if (!words) return null

  const forms: Record<Gate, ReactNode> = {
    'sign-in': <SignInForm words={words} />,
    setup: <SetupForm words={words} />,
    'change-password': <ChangePasswordForm words={words} />,
    unreachable: (
      <div role="alert">
        <h1>{words.unreachable}</h1>
        <p className="gate-hint">{words.unreachableHint}</p>
        <button className="gate-button" type="button" onClick={() => location.reload()}>
          {words.retry}
        </button>
      </div>
    ),
  }

  return (
    <div className="gate">
      <header className="gate-brand">
        <img src="/icon.svg" alt="" width="36" height="36" />
        <span>{words.product}</span>
      </header>
      <main className="gate-card">{forms[gate]}</main>
      <footer className="gate-languages">
        {languages.map((one) => (
          <button
            key={one}
            type="button"
            lang={one}
            aria-pressed={one === language}
            onClick={() => choose(one)}
          >
            {languageNames[one]}
          </button>
        ))}
      </footer>
    </div>
  )
}
