import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  leaveWaitlist,
  listWaitlist,
  type WaitlistEntry,
  waitlistStatus,
} from '../../../contract/waitlist.ts'
import { listSites } from '../../../contract/setting.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { JoinWaitlistDialog } from './JoinWaitlistDialog.tsx'
import { appointmentRoutes } from './stale.ts'
import { ViewChips } from './ViewChips.tsx'

/** Who waits for a slot, in the order in which freed ones are offered. */
export default function WaitlistPage() {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const [filters] = useFilters()
  const [joining, setJoining] = useState(false)
  const [leaving, setLeaving] = useState<WaitlistEntry | null>(null)
  const status = waitlistStatus.options.find((one) => one === first(filters['view'])) ?? 'waiting'
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const places = useCall(listSites, { query: { within: 'appointment.read' } })
  const source = useList(listWaitlist, { status, ...(departmentId && { departmentId }) })
  const mayWrite = may(me, 'appointment.write')
  const columns: Column<WaitlistEntry>[] = [
    column('turn', t('waitlist.turn'), { align: 'right' }, (one) =>
      one.status === 'waiting' ? one.ahead + 1 : '—',
    ),
    personColumn(t('appointments.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('clinic', t('appointments.clinic'), (one) => (
      <>
        {one.departmentName}
        <br />
        <span className="secondary small">
          {[one.staffName ?? t('waitlist.anyDoctor'), one.visitTypeName].filter(Boolean).join(' · ')}
        </span>
      </>
    )),
    column('days', t('waitlist.days'), (one) => (
      <>
        {time.day(one.earliest)} – {time.day(one.latest)}
        {one.partOfDay && <> · {t(`waitlist.part.${one.partOfDay}`)}</>}
      </>
    )),
    column('state', t('appointments.state'), (one) => (
      <>
        {t(`waitlist.status.${one.status}`)}
        {one.urgent && <> · {t('appointments.urgent')}</>}
        {one.endReason && <span className="secondary small"> {one.endReason}</span>}
      </>
    )),
    column('offer', t('waitlist.offer'), (one) =>
      one.offer ? (
        <>
          {time.moment(one.offer.startsAt)}
          <br />
          <span className="secondary small">
            {one.offer.status === 'open'
              ? t('waitlist.until', { until: time.moment(one.offer.expiresAt) })
              : t(`waitlist.offerStatus.${one.offer.status}`)}
          </span>
        </>
      ) : (
        '—'
      ),
    ),
    column('created', t('waitlist.since'), { wideOnly: true }, (one) => (
      <>
        <TimeText at={one.createdAt} show="moment" />
        <br />
        <span className="secondary small">{one.createdByName}</span>
      </>
    )),
    column('act', t('appointments.next'), (one) =>
      mayWrite && one.status === 'waiting' ? (
        <Button
          size="small"
          onClick={(event) => {
            event.stopPropagation()
            setLeaving(one)
          }}
        >
          {t('waitlist.leave')}
        </Button>
      ) : null,
    ),
  ]
  return (
    <>
      <ListPage
        title={t('waitlist.title')}
        actions={
          mayWrite && (
            <Button type="primary" onClick={() => setJoining(true)}>
              {t('waitlist.join')}
            </Button>
          )
        }
        filters={
          <>
            <ViewChips
              label={t('appointments.state')}
              views={waitlistStatus.options}
              text={(one) => t(`waitlist.status.${one}`)}
            />
            <SelectFilter
              label={t('appointments.department')}
              all={t('appointments.allDepartments')}
              of="departmentId"
              options={(places.data?.departments ?? [])
                .filter((one) => one.active)
                .map((one) => ({ value: String(one.id), text: one.name }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        empty={{ title: t('waitlist.none'), hint: t('waitlist.noneHint') }}
      />
      {joining && <JoinWaitlistDialog person={null} onClose={() => setJoining(false)} />}
      {leaving && (
        <ReasonDialog
          contract={leaveWaitlist}
          params={{ id: leaving.id }}
          title={t('waitlist.leave')}
          okText={t('waitlist.leave')}
          label={t('appointments.cancelReason')}
          hint={`${leaving.personName} · ${leaving.departmentName}`}
          usual={[t('waitlist.usual.booked'), t('waitlist.usual.unneeded')]}
          done={t('waitlist.removed')}
          stale={[...appointmentRoutes, listWaitlist]}
          onClose={() => setLeaving(null)}
        />
      )}
    </>
  )
}
