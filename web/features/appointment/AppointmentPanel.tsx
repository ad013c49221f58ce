import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listAppointments } from '../../../contract/appointment.ts'
import { listBookingRestrictions } from '../../../contract/booking-restriction.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import KeptSlots from './KeptSlots.tsx'
import { appointmentRoutes } from './stale.ts'
import { AppointmentTags } from './status.tsx'

const BookDialog = lazy(() => import('./BookDialog.tsx'))

/** The person's appointments to come, and the way to a new one. */
export function AppointmentPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const [booking, setBooking] = useState(false)
  const list = useCall(
    listAppointments,
    { query: { view: 'coming', personId: person.id, limit: 10 } },
    { enabled: may(me, 'appointment.read') },
  )
  const mayBook = may(me, 'appointment.write') && !person.tags.includes('deceased')
  const restrictions = useCall(
    listBookingRestrictions,
    { query: { personId: person.id, limit: 1 } },
    { enabled: may(me, 'appointment.read') },
  )
  const [restricted] = restrictions.data?.items ?? []
  const items = list.data?.items ?? []
  if (!may(me, 'appointment.read') || (items.length === 0 && !mayBook)) return null
  return (
    <section className="panel" aria-label={t('appointments.onPerson')}>
      <div className="panel-head">
        <h2>{t('appointments.onPerson')}</h2>
        {mayBook && <Button onClick={() => setBooking(true)}>{t('appointments.book')}</Button>}
      </div>
      {restricted && (
        <Notice
          tone="warning"
          title={t('noShows.onPerson', { until: time.day(restricted.until) })}
          action={
            <Link to="/no-shows" search={{ open: String(restricted.id) }}>
              {t('noShows.title')}
            </Link>
          }
        />
      )}
      <KeptSlots personId={person.id} stale={appointmentRoutes} />
      {items.length === 0 ? (
        <p className="secondary">{t('appointments.none')}</p>
      ) : (
        <ul className="row-list">
          {items.map((one) => (
            <li key={one.id}>
              <div>
                <Link to="/appointments" search={{ view: 'coming', open: String(one.id) }}>
                  <TimeText at={one.startsAt} show="moment" />
                </Link>{' '}
                <AppointmentTags appointment={one} />
                <p className="secondary small">
                  {[one.departmentName, one.staffName, one.title].filter(Boolean).join(' · ')}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {booking && (
        <Suspense>
          <BookDialog person={person} onClose={() => setBooking(false)} />
        </Suspense>
      )}
    </section>
  )
}
