import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'
import { look, type OpenWishes, type View } from './api.ts'
import { WishesForm } from './WishesForm.tsx'

type WishesScreenProps = {
  token: string
  first: View
  /** The person came to end messages. */
  stops: boolean
}

/** The whole page behind a link to contact wishes. */
export function WishesScreen({ token, first, stops }: WishesScreenProps) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>(first)
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState<'saved' | 'stopped' | null>(null)
  const [asks, setAsks] = useState(stops)

  useEffect(() => {
    document.title = t('wishes.title')
  }, [t])

  const act = async (what: 'open' | 'save' | 'stop', body: object) => {
    setBusy(true)
    const next = await look(what, { token, ...body })
    setBusy(false)
    setView(next)
    if (next.state === 'open' && what !== 'open') {
      setDone(what === 'stop' ? 'stopped' : 'saved')
      if (what === 'stop') setAsks(false)
    }
  }
  return (
    <div className="form-page">
      <main id="main">
        {view.state === 'open' ? (
          <Open
            {...{ view, busy, done, asks }}
            onStop={() => void act('stop', {})}
            onSave={(wishes) => void act('save', { wishes })}
          />
        ) : (
          <section className="form-card">
            <h1>{t(`wishes.${view.state}Title`)}</h1>
            <p>{t(`wishes.${view.state}`)}</p>
            {(view.state === 'unreachable' || view.state === 'tooMany') && (
              <button
                type="button"
                className="form-button"
                disabled={busy}
                onClick={() => void act('open', {})}
              >
                {t('wishes.retry')}
              </button>
            )}
          </section>
        )}
      </main>
      <PageLanguages label={t('wishes.pageLanguage')} onChoose={speak} />
    </div>
  )
}

type OpenProps = {
  view: OpenWishes
  busy: boolean
  done: 'saved' | 'stopped' | null
  /** Whether the person came to end messages and has not done so. */
  asks: boolean
  onStop: () => void
  onSave: (wishes: Partial<OpenWishes['wishes']>) => void
}

function Open({ view, busy, done, asks, onStop, onSave }: OpenProps) {
  const { t } = useTranslation()
  const { marketing } = view.wishes
  return (
    <section className="form-card">
      <header>
        {view.siteName && <p className="form-place">{view.siteName}</p>}
        <h1>{t('wishes.greeting', { name: view.name })}</h1>
        <p>{t('wishes.lead')}</p>
      </header>
      <p role="status" className="wishes-done">
        {done && t(`wishes.${done}`)}
      </p>
      {(marketing || asks) && (
        <div className="wishes-stop">
          <p>{t('wishes.stopHint')}</p>
          <button type="button" className="form-button" disabled={busy} onClick={onStop}>
            {t('wishes.stop')}
          </button>
        </div>
      )}
      <WishesForm key={JSON.stringify(view.wishes)} view={view} busy={busy} onSave={onSave} />
      <p className="secondary">{t('wishes.emergency', { number: view.emergencyNumber })}</p>
    </section>
  )
}
