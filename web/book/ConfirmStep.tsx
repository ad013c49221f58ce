import { useTranslation } from 'react-i18next'
import { maskName } from '../../contract/export.ts'
import { Facts } from './BookingCard.tsx'
import { clockAt, momentAt } from './format.ts'
import { Card } from './parts.tsx'
import type { BookingFlow } from './useBooking.ts'

/** Everything once more; nothing is booked before this tap. */
export function ConfirmStep({ flow }: { flow: BookingFlow }) {
  const { t, i18n } = useTranslation()
  const { place, slot, session, stated, moving, busy, problem } = flow
  if (!place || !slot || !session) return null
  const { site, department } = place
  const name =
    moving?.name ?? (stated ? maskName(stated.name) : session.who.state === 'known' ? session.who.name : '')
  const doctor = [slot.staffName ?? t('booking.anyDoctor'), slot.staffTitle].filter(Boolean).join(' ')
  return (
    <Card title={moving ? t('booking.moveTitle') : t('booking.confirmTitle')} problem={problem}>
      <Facts
        facts={[
          [t('booking.when'), momentAt(slot.startsAt, site.timeZone, i18n.language)],
          [t('booking.where'), `${site.name} ${department.name}`],
          [t('booking.doctor'), doctor],
          [t('booking.kind'), slot.visitTypeName],
          [t('booking.cost'), slot.fee === null ? null : t('booking.fee', { fee: slot.fee })],
          [t('booking.who'), name],
        ]}
      />
      {session.hold?.slotId === slot.id && (
        <p className="secondary" role="status">
          {t('booking.held', { at: clockAt(session.hold.until, site.timeZone) })}
        </p>
      )}
      <button type="button" className="form-button" disabled={busy} onClick={() => void flow.confirm()}>
        {moving ? t('booking.move') : t('booking.confirm')}
      </button>
      {!moving && (
        <button type="button" className="form-button is-plain" disabled={busy} onClick={flow.forOther}>
          {t('booking.forOther')}
        </button>
      )}
    </Card>
  )
}
