import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'
import { type Act, look, type Shown, type View } from './api.ts'

/** The whole page behind a link to an appointment. */
export function AppointmentScreen({ token, first }: { token: string; first: View }) {
  const { t, i18n } = useTranslation()
  const [view, setView] = useState<View>(first)
  const [busy, setBusy] = useState(false)
  const [asks, setAsks] = useState(false)

  useEffect(() => {
    document.title = t('appointmentLink.title')
  }, [t])

  const act = async (what?: Act) => {
    setBusy(true)
    setView(await look(token, what))
    setBusy(false)
    setAsks(false)
  }
  return (
    <div className="form-page">
      <main id="main">
        {view.state === 'appointment' || view.state === 'offer' ? (
          <Open
            view={view}
            busy={busy}
            asks={asks}
            language={i18n.language}
            onAsk={setAsks}
            onAct={(what) => void act(what)}
          />
        ) : (
          <section className="form-card">
            <h1>{t(`appointmentLink.${view.state}Title`)}</h1>
            <p>{t(`appointmentLink.${view.state}`)}</p>
            {(view.state === 'unreachable' || view.state === 'tooMany') && (
              <button type="button" className="form-button" disabled={busy} onClick={() => void act()}>
                {t('appointmentLink.retry')}
              </button>
            )}
          </section>
        )}
      </main>
      <PageLanguages label={t('appointmentLink.language')} onChoose={speak} />
    </div>
  )
}

type OpenProps = {
  view: Shown
  busy: boolean
  /** The person is asked whether to cancel for good. */
  asks: boolean
  language: string
  onAsk: (asks: boolean) => void
  onAct: (act: Act) => void
}

function Open({ view, busy, asks, language, onAsk, onAct }: OpenProps) {
  const { t } = useTranslation()
  // In the time of the hospital, wherever the telephone is.
  const when = (at: string) =>
    new Intl.DateTimeFormat(language, {
      timeZone: view.timeZone,
      month: 'long',
      day: 'numeric',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    }).format(new Date(at))
  const facts: [string, string | null][] = [
    [t('appointmentLink.clinic'), [view.departmentName, view.staffName].filter(Boolean).join(' · ')],
    [t('appointmentLink.type'), view.title],
    ...(view.state === 'appointment'
      ? ([
          [t('appointmentLink.number'), view.number],
          [t('appointmentLink.queueNumber'), view.queueNumber === null ? null : String(view.queueNumber)],
          [
            t('appointmentLink.waiting'),
            view.waiting &&
              t('appointmentLink.ahead', { n: view.waiting.ahead, at: when(view.waiting.expectedAt) }),
          ],
          [t('appointmentLink.place'), [view.roomName, view.directions].filter(Boolean).join(' · ')],
          [t('appointmentLink.preparation'), view.preparation],
        ] as [string, string | null][])
      : ([[t('appointmentLink.insteadOf'), view.insteadOf && when(view.insteadOf)]] as [
          string,
          string | null,
        ][])),
  ]
  const state =
    view.state === 'appointment'
      ? t(`appointmentLink.status.${view.status === 'booked' && view.confirmed ? 'confirmed' : view.status}`)
      : t(`appointmentLink.offer.${view.status}`, { until: when(view.expiresAt) })
  return (
    <section className="form-card">
      <header>
        <p className="form-place">{view.siteName}</p>
        <h1>{t('appointmentLink.greeting', { name: view.name })}</h1>
        <p role="status">{state}</p>
      </header>
      <p className="link-when">
        <time dateTime={view.startsAt}>{when(view.startsAt)}</time>
      </p>
      <dl className="link-facts">
        {facts.map(
          ([name, text]) =>
            text && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ),
        )}
      </dl>
      <div className="link-acts">
        {view.state === 'offer' && view.status === 'open' && (
          <>
            <button type="button" className="form-button" disabled={busy} onClick={() => onAct('accept')}>
              {t('appointmentLink.accept')}
            </button>
            <button
              type="button"
              className="form-button quiet"
              disabled={busy}
              onClick={() => onAct('decline')}
            >
              {t('appointmentLink.decline')}
            </button>
          </>
        )}
        {view.state === 'appointment' && view.may.confirm && !asks && (
          <button type="button" className="form-button" disabled={busy} onClick={() => onAct('confirm')}>
            {t('appointmentLink.confirm')}
          </button>
        )}
        {view.state === 'appointment' && view.may.cancel && !asks && (
          <button type="button" className="form-button quiet" disabled={busy} onClick={() => onAsk(true)}>
            {t('appointmentLink.cancel')}
          </button>
        )}
        {asks && (
          <>
            <p>{t('appointmentLink.cancelSure')}</p>
            <button type="button" className="form-button" disabled={busy} onClick={() => onAct('cancel')}>
              {t('appointmentLink.cancelYes')}
            </button>
            <button type="button" className="form-button quiet" disabled={busy} onClick={() => onAsk(false)}>
              {t('appointmentLink.keep')}
            </button>
          </>
        )}
      </div>
      {view.state === 'appointment' && view.status === 'booked' && !view.may.cancel && (
        <p className="secondary">{t('appointmentLink.callToCancel')}</p>
      )}
      <p className="secondary">{t('appointmentLink.emergency', { number: view.emergencyNumber })}</p>
    </section>
  )
}
