import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { rememberLanguage } from '../i18n/language.ts'
import { speak } from '../i18n/start.ts'
import { PageLanguages } from '../ui/PageLanguages.tsx'
import { loadPlaces, type Places, problemOf } from './api.ts'
import { BookingCard } from './BookingCard.tsx'
import { ConfirmStep } from './ConfirmStep.tsx'
import { keepLarge, keptLarge } from './keep.ts'
import { Card } from './parts.tsx'
import { PhoneStep } from './PhoneStep.tsx'
import { PlacesStep } from './PlacesStep.tsx'
import { TimeStep } from './TimeStep.tsx'
import { type BookingFlow, useBooking } from './useBooking.ts'
import { WhoStep } from './WhoStep.tsx'

const order = ['places', 'time', 'phone', 'who', 'confirm'] as const

/** The whole public page of bookings. Large type is a layout of its own: one question a screen, large answers. */
export function BookScreen() {
  const { t, i18n } = useTranslation()
  const [places, setPlaces] = useState<Places | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [large, setLarge] = useState(keptLarge)
  const flow = useBooking(places, i18n.language)
  const { step } = flow
  const load = useCallback(() => {
    loadPlaces().then(
      (found) => {
        setPlaces(found)
        setFailed(null)
      },
      (error: unknown) => setFailed(problemOf(error)),
    )
  }, [])
  // What is free changes while somebody reads: the first screen asks again each time it comes.
  useEffect(() => {
    if (step === 'places') load()
  }, [step, load])
  useEffect(() => {
    document.title = t('booking.title')
  }, [t])

  const at = order.findIndex((one) => one === step)
  return (
    <div className={`form-page book-page${large ? ' is-large' : ''}`}>
      <header className="book-top">
        {step !== 'places' && step !== 'done' ? (
          <button type="button" className="book-tool" onClick={flow.back}>
            ‹ {t('booking.back')}
          </button>
        ) : (
          <strong>{t('booking.title')}</strong>
        )}
        <span>
          {step !== 'mine' && places && places.sites.length > 0 && (
            <button type="button" className="book-tool" onClick={() => void flow.openMine()}>
              {t('booking.mine')}
            </button>
          )}
          <button
            type="button"
            className="book-tool"
            onClick={() => {
              keepLarge(!large)
              setLarge(!large)
            }}
          >
            {large ? t('booking.normal') : t('booking.large')}
          </button>
        </span>
      </header>
      <main id="main">
        {large && at >= 0 && (flow.slot !== null || at < 2) ? (
          <p className="book-progress">{t('booking.step', { n: at + 1, all: order.length })}</p>
        ) : null}
        <StepOf {...{ flow, places, failed, large }} onRetry={load} />
      </main>
      {flow.session && (
        <footer className="book-leave secondary">
          {flow.session.phone} · {t('booking.leaveHint')}{' '}
          <button type="button" className="plain-button" onClick={flow.leave}>
            {t('booking.leave')}
          </button>
        </footer>
      )}
      <PageLanguages
        label={t('booking.pageLanguage')}
        onChoose={(one) => speak(one).then(() => rememberLanguage(one))}
      />
    </div>
  )
}

type StepOfProps = {
  flow: BookingFlow
  places: Places | null
  failed: string | null
  large: boolean
  onRetry: () => void
}

function StepOf({ flow, places, failed, large, onRetry }: StepOfProps) {
  const { t } = useTranslation()
  const { step, place, session, problem, busy } = flow
  const shared = { large, problem, busy }
  switch (step) {
    case 'places':
      if (places) return <PlacesStep {...shared} places={places} onChoose={flow.choosePlace} />
      return (
        <Card title={t('booking.departmentTitle')} problem={failed}>
          {failed ? (
            <button type="button" className="form-button" onClick={onRetry}>
              {t('booking.retry')}
            </button>
          ) : (
            <p role="status" aria-busy>
              {t('booking.loading')}
            </p>
          )}
        </Card>
      )
    case 'time':
      if (!place) return null
      return (
        <TimeStep
          {...shared}
          siteId={place.site.id}
          department={place.department}
          onChoose={(slot, day) => void flow.chooseSlot(slot, day)}
        />
      )
    case 'phone':
      return (
        <PhoneStep
          {...{ problem, busy }}
          onAsk={(phone, onAsked) => void flow.ask(phone, onAsked)}
          onProve={(request, phone, code) => void flow.prove(request, phone, code)}
        />
      )
    case 'who':
      return (
        <WhoStep
          {...shared}
          key={String(flow.other)}
          who={session?.who ?? { state: 'unknown' }}
          other={flow.other}
          needsIdentity={flow.needsIdentity}
          onlyKnown={flow.slot === null}
          onChoose={(name, year) => void flow.choosePerson(name, year)}
          onOther={flow.forOther}
          onState={flow.state}
        />
      )
    case 'confirm':
      return <ConfirmStep flow={flow} />
    case 'done':
      return <Done flow={flow} />
    case 'mine':
      return <Mine flow={flow} />
  }
}

function Done({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation()
  const { done, problem } = flow
  if (!done) return null
  const { booking, moved } = done
  const title =
    booking.status === 'cancelled'
      ? t('booking.cancelled')
      : moved
        ? t('booking.movedTitle')
        : t('booking.doneTitle')
  return (
    <Card title={title} problem={problem}>
      <BookingCard booking={booking} flow={flow} full />
      <button type="button" className="form-button is-plain" onClick={flow.toPlaces}>
        {t('booking.start')}
      </button>
    </Card>
  )
}

function Mine({ flow }: { flow: BookingFlow }) {
  const { t } = useTranslation()
  const { session, mine, problem } = flow
  return (
    <Card title={t('booking.mineTitle')} problem={problem}>
      {session?.who.state === 'known' && (
        <p className="secondary">{t('booking.mineHint', { name: session.who.name })}</p>
      )}
      {mine.length === 0 && <p>{t('booking.mineNone')}</p>}
      {mine.map((one) => (
        <article key={one.id} className="book-item" aria-label={one.number}>
          <BookingCard booking={one} flow={flow} full={false} />
        </article>
      ))}
      <button type="button" className="form-button is-plain" onClick={flow.toPlaces}>
        {t('booking.start')}
      </button>
    </Card>
  )
}
