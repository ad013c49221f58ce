import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listAppointments } from '../../../contract/appointment.ts'
import {
  type ClinicSession,
  resumeClinicSession,
  suspendClinicSession,
} from '../../../contract/clinic-schedule.ts'
import { clock } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { SidePanel } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { ExpectedNoShow } from './ExpectedNoShow.tsx'
import { MoveSessionDialog } from './MoveSessionDialog.tsx'
import { appointmentRoutes } from './stale.ts'
import { AppointmentTags } from './status.tsx'

const reasons = ['leave', 'meeting', 'surgery', 'equipment'] as const

/** One clinic with its patients in their order, and what may be done with it. */
export function SessionDrawer({ session, onClose }: { session: ClinicSession; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const me = useMe()
  const [act, setAct] = useState<'suspend' | 'move' | null>(null)
  const patients = useCall(
    listAppointments,
    { query: { view: 'all', sessionId: session.id, limit: 200 } },
    { enabled: may(me, 'appointment.read') },
  )
  const resume = useDo(resumeClinicSession, { done: t('schedules.resumeDone'), stale: appointmentRoutes })
  const params = { id: session.id }
  const title = t('schedules.session', {
    date: time.day(session.startsAt),
    time: `${clock(new Date(session.startsAt))}–${clock(new Date(session.endsAt))}`,
  })
  const waiting = (patients.data?.items ?? []).filter((one) => one.status === 'booked').length
  const over = new Date(session.endsAt) < new Date()
  return (
    <SidePanel
      title={title}
      onClose={onClose}
      footer={
        session.mayWrite &&
        !over && (
          <span className="button-line">
            <Button onClick={() => setAct('move')}>{t('schedules.standIn')}</Button>
            {session.status === 'open' ? (
              <Button danger onClick={() => setAct('suspend')}>
                {t('schedules.suspend')}
              </Button>
            ) : (
              <Button
                type="primary"
                loading={resume.isPending}
                onClick={() => resume.mutate({ params, body: { version: session.version } })}
              >
                {t('schedules.resume')}
              </Button>
            )}
          </span>
        )
      }
    >
      <div className="stack">
        {session.status === 'suspended' && (
          <Notice tone="warning" title={`${t('schedules.suspended')}：${session.reason ?? ''}`} />
        )}
        <dl className="facts">
          <Fact name={t('schedules.department')}>{session.departmentName}</Fact>
          <Fact name={t('schedules.doctor')}>{session.staffName ?? t('schedules.noDoctor')}</Fact>
          <Fact name={t('schedules.room')}>{session.roomName ?? t('schedules.noRoom')}</Fact>
          <Fact name={t('schedules.type')}>{session.visitTypeName}</Fact>
          <Fact name={t('schedules.patients')}>
            {t('schedules.placesHint', { booked: session.booked, slots: session.slots })}
          </Fact>
        </dl>
        {!over && <ExpectedNoShow sessionId={session.id} />}
        <section aria-label={t('schedules.patients')}>
          <h2>{t('schedules.patients')}</h2>
          {may(me, 'appointment.read') && (patients.isError || !patients.data) ? (
            <Unloaded query={patients} />
          ) : (patients.data?.items.length ?? 0) === 0 ? (
            <p className="secondary">{t('schedules.noPatients')}</p>
          ) : (
            <ul className="row-list">
              {patients.data?.items.map((one) => (
                <li key={one.id}>
                  <div>
                    <strong>{clock(new Date(one.startsAt))}</strong> {one.personName}{' '}
                    <AppointmentTags appointment={one} />
                    <p className="secondary small">
                      {[one.number, t(`appointments.channel.${one.channel}`), one.note]
                        .filter(Boolean)
                        .join(' · ')}
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      {act === 'suspend' && (
        <ReasonDialog
          contract={suspendClinicSession}
          params={params}
          fixed={{ version: session.version }}
          title={t('schedules.suspendOf', { session: title })}
          okText={t('schedules.suspend')}
          label={t('schedules.suspendReason')}
          hint={t('schedules.suspendHint', { n: waiting })}
          usual={reasons.map((one) => t(`schedules.usualReasons.${one}`))}
          danger
          done={t('schedules.suspendDone')}
          stale={appointmentRoutes}
          onClose={() => setAct(null)}
        />
      )}
      {act === 'move' && <MoveSessionDialog session={session} onClose={() => setAct(null)} />}
    </SidePanel>
  )
}
