import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../book/api.ts'
import { Facts } from '../book/BookingCard.tsx'
import { clockAt, momentAt } from '../book/format.ts'
import { keepToken } from '../book/keep.ts'
import { type Appointments as Found, get, type PortalAppointment, type PortalHome, post } from './api.ts'
import { Part, Unready } from './parts.tsx'
import { useLoad } from './useLoad.ts'

/** Appointments of the person, and the way to book another one. */
export function Appointments({ about }: { about: number }) {
  const { t } = useTranslation()
  const { data, failed, again } = useLoad(() => get<Found>('/appointments', about), String(about))
  const [problem, setProblem] = useState<string | null>(null)
  if (!data) return <Unready failed={failed} onAgain={again} />
  const act = (work: Promise<unknown>) => {
    setProblem(null)
    void work.then(again, (error: unknown) => {
      setProblem(problemOf(error))
      again()
    })
  }
  const book = () =>
    act(
      post<{ token: string }>('/booking', { for: about }).then(({ token }) => {
        keepToken(token)
        location.assign('/book')
      }),
    )
  const coming = data.items.filter((one) => ['booked', 'arrived'].includes(one.status))
  const past = data.items.filter((one) => !coming.includes(one))
  return (
    <>
      <section className="form-card">
        <h1>{t('portal.tab.appointments')}</h1>
        {problem !== null && (
          <p role="alert" className="book-problem">
            {t('portal.notDone')}
          </p>
        )}
        {data.offers.map((one) => (
          <OfferCard
            key={one.id}
            offer={one}
            onDecide={(accept) => act(post(`/offers/${one.id}/decide`, { for: about, accept }))}
          />
        ))}
        {coming.length === 0 && <p>{t('portal.noAppointment')}</p>}
        <button type="button" className="form-button" onClick={book}>
          {t('portal.book')}
        </button>
      </section>
      {coming.map((one) => (
        <section key={one.id} className="form-card" aria-label={one.number}>
          <AppointmentCard
            appointment={one}
            onAct={(what) => act(post(`/appointments/${one.id}/act`, { for: about, act: what }))}
          />
        </section>
      ))}
      {past.length > 0 && (
        <Part title={t('portal.past')}>
          <ul className="portal-list">
            {past.map((one) => (
              <PastRow key={one.id} appointment={one} />
            ))}
          </ul>
        </Part>
      )}
    </>
  )
}

function PastRow({ appointment: one }: { appointment: PortalAppointment }) {
  const { t, i18n } = useTranslation()
  return (
    <li className="portal-row">
      <span>{[one.departmentName, one.staffName].filter(Boolean).join(' ') || one.title}</span>
      <span className="secondary book-hint">
        {momentAt(one.startsAt, one.timeZone, i18n.language)} ·{' '}
        {one.status === 'booked' ? '' : t(`booking.status.${one.status}`)}
      </span>
    </li>
  )
}

type CardProps = { appointment: PortalAppointment; onAct: (act: 'confirm' | 'cancel') => void }

/** What its patient needs on the day, and what can be done with it. */
export function AppointmentCard({ appointment: one, onAct }: CardProps) {
  const { t, i18n } = useTranslation()
  const [asks, setAsks] = useState(false)
  return (
    <>
      <Facts
        facts={[
          [t('booking.when'), momentAt(one.startsAt, one.timeZone, i18n.language)],
          [t('booking.where'), [one.siteName, one.departmentName, one.roomName].filter(Boolean).join(' ')],
          [t('booking.way'), one.directions],
          [t('booking.doctor'), one.staffName],
          [
            t('booking.queue'),
            one.queueNumber === null ? null : t('booking.queueOf', { n: one.queueNumber }),
          ],
          [t('booking.preparation'), one.preparation],
          [t('booking.number'), one.number],
        ]}
      />
      {one.waiting && (
        <p role="status" className="book-state">
          {t('portal.ahead', { n: one.waiting.ahead, at: clockAt(one.waiting.expectedAt, one.timeZone) })}
        </p>
      )}
      {one.confirmed && one.status === 'booked' && <p className="book-state">{t('portal.confirmed')}</p>}
      <div className="form-buttons">
        {one.may.confirm && (
          <button type="button" className="form-button" onClick={() => onAct('confirm')}>
            {t('portal.confirm')}
          </button>
        )}
        {one.may.cancel &&
          (asks ? (
            <>
              <p role="alert">{t('booking.cancelAsk')}</p>
              <button type="button" className="form-button is-danger" onClick={() => onAct('cancel')}>
                {t('booking.cancelYes')}
              </button>
              <button type="button" className="form-button is-plain" onClick={() => setAsks(false)}>
                {t('booking.cancelNo')}
              </button>
            </>
          ) : (
            <button type="button" className="form-button is-plain" onClick={() => setAsks(true)}>
              {t('booking.cancel')}
            </button>
          ))}
      </div>
    </>
  )
}

type OfferProps = { offer: PortalHome['offers'][number]; onDecide: (accept: boolean) => void }

/** A place that is kept for a while. */
export function OfferCard({ offer: one, onDecide }: OfferProps) {
  const { t, i18n } = useTranslation()
  return (
    <div className="portal-offer">
      <strong>
        {t('portal.offer', {
          when: momentAt(one.startsAt, one.timeZone, i18n.language),
          where: [one.departmentName, one.staffName].filter(Boolean).join(' '),
        })}
      </strong>
      <span className="secondary book-hint">
        {t('portal.offerUntil', { at: momentAt(one.expiresAt, one.timeZone, i18n.language) })}
      </span>
      <div className="book-pair">
        <button type="button" className="form-button" onClick={() => onDecide(true)}>
          {t('portal.accept')}
        </button>
        <button type="button" className="form-button is-plain" onClick={() => onDecide(false)}>
          {t('portal.decline')}
        </button>
      </div>
    </div>
  )
}
