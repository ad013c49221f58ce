import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Appointment, cancelAppointment, cancelledBy } from '../../../contract/appointment.ts'
import { useTime } from '../../format/useTime.ts'
import { CheckField, PickField } from '../../ui/fields.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { appointmentRoutes } from './stale.ts'

const reasons = ['sick', 'time', 'well', 'elsewhere', 'mistake'] as const

/** Asks who cancels and why: what doctor or hospital cancel never counts against the patient. */
export function CancelDialog({ appointment, onClose }: { appointment: Appointment; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const [by, setBy] = useState<string>('patient')
  const [later, setLater] = useState(false)
  return (
    <ReasonDialog
      contract={cancelAppointment}
      params={{ id: appointment.id }}
      fixed={{ version: appointment.version, by, later }}
      title={t('appointments.cancel')}
      okText={t('appointments.cancel')}
      label={t('appointments.cancelReason')}
      hint={`${appointment.personName} · ${time.moment(appointment.startsAt)} · ${appointment.title}`}
      usual={reasons.map((one) => t(`appointments.usualReasons.${one}`))}
      danger
      done={t('appointments.cancelled')}
      stale={appointmentRoutes}
      onClose={onClose}
    >
      <PickField
        label={t('appointments.cancelBy')}
        value={by}
        options={cancelledBy.options.map((one) => ({ value: one, text: t(`appointments.by.${one}`) }))}
        onChange={setBy}
      />
      {appointment.seriesId !== null && (
        <CheckField label={t('appointments.series.later')} checked={later} onChange={setLater} />
      )}
    </ReasonDialog>
  )
}
