import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Booking, saveCalendar } from './api.ts'
import { momentAt } from './format.ts'
import type { BookingFlow } from './useBooking.ts'

export function Facts({ facts }: { facts: (readonly [string, string | null])[] }) {
  return (
    <dl className="book-facts">
      {facts.map(([name, text]) =>
        text === null || text === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

/** A booking with all that its patient needs on the day, and what can still be done with it. */
export function BookingCard({ booking, flow, full }: { booking: Booking; flow: BookingFlow; full: boolean }) {
  const { t, i18n } = useTranslation()
  const [asks, setAsks] = useState(false)
  const { session, busy } = flow
  const off = booking.status === 'cancelled'
  const when = momentAt(booking.startsAt, booking.timeZone, i18n.language)
  return (
    <>
      <Facts
        facts={[
          [t('booking.number'), booking.number],
          [t('booking.when'), when],
          [
            t('booking.queue'),
            booking.queueNumber === null ? null : t('booking.queueOf', { n: booking.queueNumber }),
          ],
          [
            t('booking.where'),
            [booking.siteName, booking.departmentName, booking.roomName].filter(Boolean).join(' '),
          ],
          [t('booking.way'), off ? null : booking.directions],
          [t('booking.doctor'), booking.staffName],
          [t('booking.kind'), full ? booking.title : null],
          [t('booking.cost'), full && booking.fee !== null ? t('booking.fee', { fee: booking.fee }) : null],
          [t('booking.who'), booking.name],
          [t('booking.preparation'), off ? null : booking.preparation],
          [t('booking.bring'), full && !off ? t('booking.bringWhat') : null],
        ]}
      />
      {booking.status !== 'booked' && <p className="book-state">{t(`booking.status.${booking.status}`)}</p>}
      {booking.changeable && session && (
        <div className="form-buttons">
          {asks ? (
            <>
              <p role="alert">{t('booking.cancelAsk')}</p>
              <button
                type="button"
                className="form-button is-danger"
                disabled={busy}
                onClick={() => void flow.cancel(booking).then(() => setAsks(false))}
              >
                {t('booking.cancelYes')}
              </button>
              <button type="button" className="form-button is-plain" onClick={() => setAsks(false)}>
                {t('booking.cancelNo')}
              </button>
            </>
          ) : (
            <>
              <button
                type="button"
                className="form-button"
                disabled={busy}
                onClick={() =>
                  void flow.act(() =>
                    saveCalendar(
                      { token: session.token, id: booking.id, language: i18n.language },
                      booking.number,
                    ),
                  )
                }
              >
                {t('booking.calendar')}
              </button>
              <div className="book-pair">
                <button type="button" className="form-button is-plain" onClick={() => flow.move(booking)}>
                  {t('booking.change')}
                </button>
                <button type="button" className="form-button is-plain" onClick={() => setAsks(true)}>
                  {t('booking.cancel')}
                </button>
              </div>
            </>
          )}
        </div>
      )}
    </>
  )
}
