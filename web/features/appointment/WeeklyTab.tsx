import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  deleteSchedule,
  listClinicSessions,
  listSchedules,
  type Schedule,
} from '../../../contract/clinic-schedule.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, column, ListTable } from '../../ui/ListPage.tsx'
import { useDo } from '../../ui/useDo.ts'
import { ScheduleDialog } from './ScheduleDialog.tsx'
import { useClinicSite } from './useClinicSite.tsx'
import { useWeekdays } from './useWeekdays.ts'

/** The weekly schedules from which the clinics are made. */
export function WeeklyTab() {
  const { t } = useTranslation()
  const me = useMe()
  const { modal } = App.useApp()
  const weekdays = useWeekdays()
  const [open, setOpen] = useState<Schedule | 'new' | null>(null)
  const { siteId, departmentId, pickers } = useClinicSite()
  const list = useCall(
    listSchedules,
    { query: { ...(siteId && { siteId }), ...(departmentId && { departmentId }) } },
    { enabled: siteId !== undefined },
  )
  const remove = useDo(deleteSchedule, {
    done: (made) => t('schedules.made', { ...made }),
    stale: [listSchedules, listClinicSessions],
  })
  const mayWrite = may(me, 'schedule.write')
  const columns: Column<Schedule>[] = [
    column('doctor', t('schedules.doctor'), (one) => (
      <>
        {one.staffName ?? t('schedules.noDoctor')}
        <br />
        <span className="secondary small">{one.departmentName}</span>
      </>
    )),
    column(
      'weekday',
      t('schedules.time'),
      (one) => `${weekdays[one.weekday - 1] ?? ''} ${one.starts}–${one.ends}`,
    ),
    column('type', t('schedules.type'), (one) => one.visitTypeName),
    column('places', t('schedules.slotMinutes'), (one) => `${one.slotMinutes} × ${one.places}`),
    column('quotas', t('schedules.quotas'), { wideOnly: true }, (one) =>
      one.quotas.length === 0
        ? '—'
        : one.quotas
            .map((quota) => `${t(`appointments.channel.${quota.channel}`)} ${quota.places}`)
            .join(' · '),
    ),
    column('room', t('schedules.room'), { wideOnly: true }, (one) => one.roomName ?? '—'),
    column('valid', t('schedules.validFrom'), { wideOnly: true }, (one) => (
      <>
        {one.validFrom}
        {one.validTo && (
          <>
            <br />
            <span className="secondary small">{t('schedules.until', { date: one.validTo })}</span>
          </>
        )}
      </>
    )),
  ]
  if (mayWrite)
    columns.push({
      key: 'actions',
      title: '',
      width: 140,
      align: 'right',
      render: (one) => (
        <span className="row-actions">
          <button type="button" className="plain-button" onClick={() => setOpen(one)}>
            {t('common.edit')}
          </button>
          <button
            type="button"
            className="plain-button"
            onClick={() =>
              void modal.confirm({
                title: t('schedules.remove'),
                content: t('schedules.removeConfirm'),
                okText: t('schedules.remove'),
                okButtonProps: { danger: true },
                onOk: () => remove.mutate({ params: { id: one.id } }),
              })
            }
          >
            {t('schedules.remove')}
          </button>
        </span>
      ),
    })
  return (
    <div className="stack">
      <div className="filter-bar">
        {pickers}
        {mayWrite && (
          <Button type="primary" onClick={() => setOpen('new')}>
            {t('schedules.add')}
          </Button>
        )}
      </div>
      <ListTable
        label={t('schedules.tab.weekly')}
        source={{ ...list, items: list.data?.items ?? [] }}
        columns={columns}
        rowKey={(one) => one.id}
        empty={{ title: t('schedules.noSchedules'), hint: t('schedules.noSchedulesHint') }}
      />
      {open !== null && siteId !== undefined && (
        <ScheduleDialog
          siteId={siteId}
          schedule={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  )
}
