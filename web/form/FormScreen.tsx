import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Language } from '../i18n/language.ts'
import type { Handed, OpenForm } from './api.ts'
import { useLocalized } from '../features/task/localized.ts'
import { Alarm } from './Alarm.tsx'
import { ConfirmYear } from './ConfirmYear.tsx'
import { FormWork } from './FormWork.tsx'
import { forgetPass, greetIn, lookUp, type View } from './view.ts'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'

type FormScreenProps = {
  token: string
  first: View
  /** Part of another page, which has its own frame and languages. */
  inside?: boolean
}

/** The whole page behind a one-time link. */
export function FormScreen({ token, first, inside = false }: FormScreenProps) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>(first)
  const [chosen, setChosen] = useState<Language | null>(null)

  useEffect(() => {
    document.title = t('form.title')
  }, [t])

  async function look(proof: { birthYear?: number }) {
    const found = await lookUp(token, proof)
    if (!chosen) await greetIn(found)
    setView(found)
  }

  async function choose(language: Language) {
    setChosen(language)
    await speak(language)
  }

  const again = (
    <button type="button" className="form-button" onClick={() => void look({})}>
      {t('form.retry')}
    </button>
  )
  const message = (name: 'used' | 'expired' | 'closed' | 'unreachable' | 'tooMany', more?: ReactNode) => (
    <section className="form-card">
      <h1>{t(`form.${name}Title`)}</h1>
      <p>{t(`form.${name}`)}</p>
      {more}
    </section>
  )

  function content(): ReactNode {
    switch (view.state) {
      case 'confirm':
        return <ConfirmYear view={view} onYear={(birthYear) => look({ birthYear })} />
      case 'open':
        return (
          <FormWork
            token={token}
            opened={view}
            onClosed={() => void look({})}
            onHanded={(handed) => {
              forgetPass()
              setView({ state: 'thanks', opened: view, handed })
            }}
          />
        )
      case 'thanks':
        return <Thanks opened={view.opened} handed={view.handed} />
      case 'unreachable':
      case 'tooMany':
        return message(view.state, again)
      default:
        return message(view.state)
    }
  }

  if (inside) return content()
  return (
    <div className="form-page">
      <main id="main">{content()}</main>
      <PageLanguages label={t('form.language')} onChoose={choose} />
    </div>
  )
}

function Thanks({ opened, handed }: { opened: OpenForm; handed: Handed }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const { thanks } = opened.form
  const flagged = opened.form.items.filter((item) => handed.redFlags.includes(item.linkId))
  return (
    <section className="form-card">
      {handed.redFlags.length > 0 && <Alarm number={opened.emergencyNumber} questions={flagged} />}
      <h1>{t('form.thanksTitle')}</h1>
      <p>{thanks ? localized(thanks) : t('form.thanks', { number: opened.emergencyNumber })}</p>
      {handed.score !== null && (
        <p className="form-score">
          {t('form.score', { n: handed.score })} {handed.meaning && localized(handed.meaning)}
        </p>
      )}
      <p className="secondary">{t('form.canClose')}</p>
    </section>
  )
}
