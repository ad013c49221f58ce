import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Appointment,
  appointmentMeasure,
  appointmentStatus,
  appointmentView,
  attendAppointment,
  listAppointments,
} from '../../../contract/appointment.ts'
import { listSites } from '../../../contract/setting.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { isDay, isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { DayFilter } from '../../ui/DateFilter.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { AppointmentDrawer } from './AppointmentDrawer.tsx'
import BookDialog from './BookDialog.tsx'
import { LoadRowsNotice } from './LoadRowsNotice.tsx'
import { RefusalsPanel } from './RefusalsPanel.tsx'
import { appointmentRoutes } from './stale.ts'
import { AppointmentTags } from './status.tsx'
import { stepsOf } from './steps.ts'
import { ViewChips } from './ViewChips.tsx'

/** What a number of the load of clinics says in the address besides department and state. */
const loadFilters = [
  'measure',
  'siteId',
  'staffId',
  'visitTypeId',
  'from',
  'to',
  'cancelledBy',
  'weekday',
  'hourFrom',
  'hourTo',
]

/** Who comes when: the day's patients in their order, what is coming, and what collides with another system. */
export default function AppointmentsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const [booking, setBooking] = useState(false)
  const [refusals, setRefusals] = useState(false)
  const opened = Number(first(filters['open'])) || null
  const view = appointmentView.options.find((one) => one === first(filters['view'])) ?? 'day'
  const wanted = first(filters['date'])
  const date = isDay(wanted) ? wanted : isoDay(new Date())
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const status = appointmentStatus.options.find((one) => one === first(filters['status']))
  const places = useCall(listSites, { query: { within: 'appointment.read' } })
  const attend = useDo(attendAppointment, { done: t('appointments.stepDone'), stale: appointmentRoutes })
  const measure = appointmentMeasure.options.find((one) => one === first(filters['measure']))
  const behind = measure ? loadFilters.map((name) => [name, first(filters[name])]) : []
  const source = useList(listAppointments, {
    view,
    ...(Object.fromEntries(behind) as object),
    ...(view === 'day' && { date }),
    ...(departmentId && { departmentId }),
    ...(status && { status: [status] }),
  })
  const columns: Column<Appointment>[] = [
    column('starts', t('appointments.starts'), (one) => <TimeText at={one.startsAt} show="moment" />),
    personColumn(t('appointments.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('queue', t('appointments.queue'), { align: 'right' }, (one) => one.queueNumber ?? '—'),
    column('clinic', t('appointments.clinic'), (one) => (
      <>
        {one.departmentName ?? '—'}
        <br />
        <span className="secondary small">{[one.staffName, one.roomName].filter(Boolean).join(' · ')}</span>
      </>
    )),
    column('type', t('appointments.type'), (one) => one.title),
    column('status', t('appointments.state'), (one) => <AppointmentTags appointment={one} />),
    column('channel', t('appointments.how'), { wideOnly: true }, (one) => (
      <>
        {t(`appointments.channel.${one.channel}`)}
        <br />
        <span className="secondary small">{one.bookedByName}</span>
      </>
    )),
    column('next', t('appointments.next'), (one) => {
      const [step] = stepsOf(one)
      if (!one.abilities.attend || !step || step === 'undo') return null
      return (
        <Button
          size="small"
          loading={attend.isPending && attend.variables.params.id === one.id}
          onClick={(event) => {
            event.stopPropagation()
            attend.mutate({ params: { id: one.id }, body: { version: one.version, step } })
          }}
        >
          {t(`appointments.step.${step}`)}
        </Button>
      )
    }),
  ]
  return (
    <>
      <ListPage
        title={t('appointments.title')}
        actions={
          <>
            {may(me, 'schedule.read') && (
              <Button onClick={() => setRefusals(true)}>{t('appointments.refusals.open')}</Button>
            )}
            {may(me, 'appointment.write') && (
              <Button type="primary" onClick={() => setBooking(true)}>
                {t('appointments.book')}
              </Button>
            )}
          </>
        }
        {...(measure && { above: <LoadRowsNotice measure={measure} /> })}
        filters={
          <>
            <ViewChips
              label={t('appointments.state')}
              views={appointmentView.options}
              text={(one) => t(`appointments.view.${one}`)}
            />
            {view === 'day' && (
              <DayFilter label={t('appointments.date')} of="date" initial={isoDay(new Date())} />
            )}
            <SelectFilter
              label={t('appointments.department')}
              all={t('appointments.allDepartments')}
              of="departmentId"
              options={(places.data?.departments ?? [])
                .filter((one) => one.active)
                .map((one) => ({ value: String(one.id), text: one.name }))}
            />
            <SelectFilter
              label={t('appointments.state')}
              all={t('appointments.allStatus')}
              of="status"
              options={appointmentStatus.options.map((one) => ({
                value: one,
                text: t(`appointments.status.${one}`),
              }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setFilters({ open: String(one.id) })}
        empty={{ title: t('appointments.none'), hint: t('appointments.noneHint') }}
      />
      {refusals && <RefusalsPanel onClose={() => setRefusals(false)} />}
      {booking && <BookDialog person={null} onClose={() => setBooking(false)} />}
      {opened !== null && (
        <AppointmentDrawer key={opened} id={opened} onClose={() => setFilters({ open: undefined })} />
      )}
    </>
  )
}
