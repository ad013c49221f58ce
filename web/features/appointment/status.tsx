import { useTranslation } from 'react-i18next'
import type { Appointment } from '../../../contract/appointment.ts'
import type { BookingRestriction } from '../../../contract/booking-restriction.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'

const tones = {
  booked: 'primary',
  arrived: 'warning',
  called: 'warning',
  seen: 'info',
  fulfilled: 'success',
  noshow: 'danger',
  cancelled: 'neutral',
} as const satisfies Record<string, Tone>

/** Where an appointment stands: being called and being seen are times within `arrived`. */
export function stateOf({ status, calledAt, seenAt }: Appointment): keyof typeof tones {
  if (status !== 'arrived') return status
  return seenAt ? 'seen' : calledAt ? 'called' : 'arrived'
}

export function AppointmentTags({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation()
  const state = stateOf(appointment)
  return (
    <span className="tag-line">
      <StatusTag tone={tones[state]}>{t(`appointments.status.${state}`)}</StatusTag>
      {state === 'booked' && appointment.confirmedAt && (
        <StatusTag tone="success">{t('appointments.confirmed')}</StatusTag>
      )}
      {appointment.urgent && <StatusTag tone="danger">{t('appointments.urgent')}</StatusTag>}
      {appointment.conflict && appointment.status === 'booked' && (
        <StatusTag tone="danger">{t('appointments.conflict')}</StatusTag>
      )}
    </span>
  )
}

/** Whether it holds, and where its appeal stands. */
export function RestrictionState({ restriction }: { restriction: BookingRestriction }) {
  const { t } = useTranslation()
  const { status, appeal, upheldAt } = restriction
  return (
    <span className="tag-line">
      <StatusTag tone={status === 'active' ? 'danger' : 'neutral'}>{t(`noShows.state.${status}`)}</StatusTag>
      {status === 'active' && appeal && (
        <StatusTag tone={upheldAt ? 'neutral' : 'warning'}>
          {t(`noShows.state.${upheldAt ? 'upheld' : 'appealed'}`)}
        </StatusTag>
      )}
    </span>
  )
}
