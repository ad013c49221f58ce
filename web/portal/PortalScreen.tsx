import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { rememberLanguage } from '../i18n/language.ts'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'
import { keepLarge, keptLarge } from '../book/keep.ts'
import { Card } from '../book/parts.tsx'
import { type ApiError } from '../api.ts'
import { get, type Info, type PortalMe, post } from './api.ts'
import { Appointments } from './Appointments.tsx'
import { Home } from './Home.tsx'
import { MyData } from './MyData.tsx'
import { Results } from './Results.tsx'
import { SignIn } from './SignIn.tsx'
import { Zone } from './zone.ts'

const Talk = lazy(() => import('./Talk.tsx'))
const Questionnaire = lazy(() => import('./Questionnaire.tsx'))

export const tabs = ['home', 'appointments', 'results', 'talk', 'me'] as const
type Tab = (typeof tabs)[number]
type View = { tab: Tab; taskId?: number; report?: string }

const viewOf = (): View => (history.state as { portal?: View } | null)?.portal ?? { tab: 'home' }

/** The whole page of patients. Large type is a layout of its own: one thing below the other, nothing beside. */
export function PortalScreen() {
  const { t } = useTranslation()
  const [info, setInfo] = useState<Info | null>(null)
  const [me, setMe] = useState<PortalMe | null>(null)
  const [about, setAbout] = useState<number | null>(null)
  const [failed, setFailed] = useState(false)
  const [large, setLarge] = useState(keptLarge)
  const [view, setView] = useState(viewOf)

  const load = useCallback(() => {
    const enter = async () => {
      const found = await get<Info>('')
      setInfo(found)
      if (!found.signedIn) return
      const persons = await get<PortalMe>('/me')
      setMe(persons)
      setAbout((before) => before ?? persons.persons[0]?.id ?? null)
    }
    enter().then(
      () => setFailed(false),
      () => setFailed(true),
    )
  }, [])
  useEffect(load, [load])
  useEffect(() => {
    document.title = t('portal.title')
  }, [t])
  useEffect(() => {
    const back = () => setView(viewOf())
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])

  // The steps are in the history, so that the telephone's own "back" works.
  const go = (next: View) => {
    history.pushState({ portal: next }, '')
    setView(next)
    scrollTo(0, 0)
  }
  const leave = () => {
    setMe(null)
    setAbout(null)
    history.replaceState(null, '')
    setView({ tab: 'home' })
    load()
  }
  const signOut = () => post('/sign-out').then(leave, leave)
  /** Signed out elsewhere, or for too long away. */
  const onGone = (error: unknown) => {
    if ((error as ApiError).status === 401) leave()
  }

  return (
    <div className={`form-page book-page portal-page${large ? ' is-large' : ''}`}>
      <header className="book-top">
        <strong>{t('portal.title')}</strong>
        <span>
          {me && me.persons.length > 1 && about !== null && (
            <label className="portal-who">
              <span className="visually-hidden">{t('portal.who')}</span>
              <select
                className="field-input"
                value={about}
                onChange={(event) => setAbout(Number(event.target.value))}
              >
                {me.persons.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.as === null ? one.name : t('portal.actFor', { name: one.name })}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button
            type="button"
            className="book-tool"
            onClick={() => {
              keepLarge(!large)
              setLarge(!large)
            }}
          >
            {large ? t('portal.normal') : t('portal.large')}
          </button>
        </span>
      </header>
      <main id="main">
        {failed && (
          <Card title={t('portal.unreachable')}>
            <button type="button" className="form-button" onClick={load}>
              {t('portal.retry')}
            </button>
          </Card>
        )}
        {!failed && info && !me && !info.signedIn && <SignIn sites={info.sites} large={large} onIn={load} />}
        {me && about !== null && (
          <Zone value={me.timeZone}>
            <Suspense
              fallback={
                <p role="status" aria-busy>
                  {t('portal.loading')}
                </p>
              }
            >
              {view.taskId !== undefined ? (
                <Questionnaire taskId={view.taskId} about={about} onBack={() => go({ tab: 'home' })} />
              ) : view.tab === 'home' ? (
                <Home
                  about={about}
                  onAnswer={(taskId) => go({ tab: 'home', taskId })}
                  onTab={(tab) => go({ tab })}
                  onReport={(report) => go({ tab: 'results', report })}
                  onGone={onGone}
                />
              ) : view.tab === 'appointments' ? (
                <Appointments about={about} />
              ) : view.tab === 'results' ? (
                <Results
                  about={about}
                  open={view.report ?? null}
                  onOpen={(report) => go({ tab: 'results', ...(report !== null && { report }) })}
                />
              ) : view.tab === 'talk' ? (
                <Talk about={about} />
              ) : (
                <MyData about={about} onSignOut={() => void signOut()} />
              )}
            </Suspense>
          </Zone>
        )}
      </main>
      <PageLanguages
        label={t('portal.language')}
        onChoose={(one) => speak(one).then(() => rememberLanguage(one))}
      />
      {me && (
        <nav className="portal-tabs" aria-label={t('portal.parts')}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={view.tab === one ? 'page' : undefined}
              onClick={() => go({ tab: one })}
            >
              {t(`portal.tab.${one}`)}
            </button>
          ))}
        </nav>
      )}
    </div>
  )
}
