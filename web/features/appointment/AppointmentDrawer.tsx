import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Appointment, attendAppointment, getAppointment } from '../../../contract/appointment.ts'
import { excuseAppointment, listBookingRestrictions } from '../../../contract/booking-restriction.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { SidePanel } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import BookDialog from './BookDialog.tsx'
import { CancelDialog } from './CancelDialog.tsx'
import { appointmentRoutes } from './stale.ts'
import { AppointmentTags } from './status.tsx'
import { stepsOf } from './steps.ts'

/** One appointment: where, when, what for, and what may be done with it. */
export function AppointmentDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [act, setAct] = useState<'cancel' | 'move' | 'excuse' | null>(null)
  const detail = useCall(getAppointment, { params: { id } })
  const attend = useDo(attendAppointment, { done: t('appointments.stepDone'), stale: appointmentRoutes })
  const { data } = detail
  const steps = data?.abilities.attend ? stepsOf(data) : []
  return (
    <SidePanel
      title={t('appointments.detail', { number: data?.number ?? '' })}
      onClose={onClose}
      footer={
        data && (
          <span className="button-line">
            {steps.map((step, index) => (
              <Button
                key={step}
                type={index === 0 && step !== 'undo' ? 'primary' : 'default'}
                loading={attend.isPending && attend.variables.body.step === step}
                onClick={() => attend.mutate({ params: { id }, body: { version: data.version, step } })}
              >
                {t(`appointments.step.${step}`)}
              </Button>
            ))}
            {data.abilities.excuse && <Button onClick={() => setAct('excuse')}>{t('noShows.excuse')}</Button>}
            {data.abilities.change && (
              <>
                <Button onClick={() => setAct('move')}>{t('appointments.reschedule')}</Button>
                <Button danger onClick={() => setAct('cancel')}>
                  {t('appointments.cancel')}
                </Button>
              </>
            )}
          </span>
        )
      }
    >
      {detail.isError || !data ? <Unloaded query={detail} /> : <Facts appointment={data} />}
      {act === 'cancel' && data && <CancelDialog appointment={data} onClose={() => setAct(null)} />}
      {act === 'excuse' && data && (
        <ReasonDialog
          contract={excuseAppointment}
          params={{ id }}
          fixed={{ version: data.version }}
          title={t('noShows.excuse')}
          okText={t('noShows.excuse')}
          label={t('noShows.reason')}
          hint={t('noShows.excuseHint')}
          usual={[t('noShows.usual.proof'), t('noShows.usual.error')]}
          done={t('noShows.excused')}
          stale={[...appointmentRoutes, listBookingRestrictions]}
          onClose={() => setAct(null)}
        />
      )}
      {act === 'move' && data && (
        <BookDialog
          person={{ id: data.personId, name: data.personName }}
          moving={data}
          onClose={() => setAct(null)}
        />
      )}
    </SidePanel>
  )
}

function Facts({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation()
  const me = useMe()
  const { personId, personName } = appointment
  const times = [
    ['confirm', appointment.confirmedAt],
    ['arrive', appointment.arrivedAt],
    ['call', appointment.calledAt],
    ['see', appointment.seenAt],
    ['leave', appointment.leftAt],
  ] as const
  return (
    <div className="stack">
      <AppointmentTags appointment={appointment} />
      {appointment.conflict && appointment.status === 'booked' && (
        <Notice tone="warning" title={t('appointments.conflictHint')} />
      )}
      <dl className="facts">
        <Fact name={t('appointments.person')}>
          {may(me, 'person.read') ? (
            <Link to="/persons/$id" params={{ id: String(personId) }}>
              {personName}
            </Link>
          ) : (
            personName
          )}
        </Fact>
        <Fact name={t('appointments.starts')}>
          <TimeText at={appointment.startsAt} show="moment" />
          {appointment.queueNumber !== null &&
            ` · ${t('appointments.queueNumber', { n: appointment.queueNumber })}`}
        </Fact>
        <Fact name={t('appointments.clinic')}>
          {[appointment.siteName, appointment.departmentName, appointment.staffName]
            .filter(Boolean)
            .join(' · ')}
        </Fact>
        <Fact name={t('appointments.type')}>{appointment.title}</Fact>
        {appointment.roomName && (
          <Fact name={t('appointments.room')}>
            {[appointment.roomName, appointment.directions].filter(Boolean).join(' · ')}
          </Fact>
        )}
        {appointment.preparation && (
          <Fact name={t('appointments.preparation')}>
            <span className="pre-line">{appointment.preparation}</span>
          </Fact>
        )}
        {appointment.fee !== null && (
          <Fact name={t('appointments.fee')}>{t('appointments.feeOf', { amount: appointment.fee })}</Fact>
        )}
        {appointment.note && (
          <Fact name={t('appointments.note')}>
            <span className="pre-line">{appointment.note}</span>
          </Fact>
        )}
        <Fact name={t('appointments.how')}>{t(`appointments.channel.${appointment.channel}`)}</Fact>
        <Fact name={t('appointments.bookedBy')}>
          {appointment.bookedByName} · <TimeText at={appointment.bookedAt} show="moment" />
        </Fact>
        {times.map(
          ([step, at]) =>
            at && (
              <Fact key={step} name={t(`appointments.step.${step}`)}>
                <TimeText at={at} show="moment" />
              </Fact>
            ),
        )}
        {appointment.excuse && <Fact name={t('noShows.excuse')}>{appointment.excuse}</Fact>}
        {appointment.cancelledBy && (
          <Fact name={t('appointments.cancelledWhy')}>
            {t(`appointments.by.${appointment.cancelledBy}`)} · {appointment.cancelReason} ·{' '}
            <TimeText at={appointment.cancelledAt} show="moment" />
          </Fact>
        )}
      </dl>
    </div>
  )
}
