import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ClinicSession, listClinicSessions } from '../../../contract/clinic-schedule.ts'
import { clock, isDay, isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { DayFilter } from '../../ui/DateFilter.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { AddSessionDialog } from './AddSessionDialog.tsx'
import { SessionDrawer } from './SessionDrawer.tsx'
import { useClinicSite } from './useClinicSite.tsx'
import { useMoveSession } from './useMoveSession.tsx'
import { addDays, type CalendarRow, mondayOf, rowsOf, sameClockOn } from './week.ts'

/** The clinics of a week or a day by doctor or room; one is dragged to another day or row, and opened by a click. */
export function CalendarTab() {
  const { t } = useTranslation()
  const time = useTime()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const { siteId, departmentId, places, pickers } = useClinicSite()
  const [adding, setAdding] = useState(false)
  const [over, setOver] = useState<string | null>(null)
  const span = first(filters['span']) === 'day' ? 'day' : 'week'
  const by = first(filters['by']) === 'room' ? 'room' : 'doctor'
  const asked = first(filters['date'])
  const date = isDay(asked) ? asked : isoDay(new Date())
  const start = span === 'week' ? mondayOf(date) : date
  const days = Array.from({ length: span === 'week' ? 7 : 1 }, (_, index) => addDays(start, index))
  const openId = Number(first(filters['open'])) || null
  const sessions = useCall(
    listClinicSessions,
    {
      query: {
        siteId: siteId ?? 0,
        from: days[0] ?? date,
        to: days.at(-1) ?? date,
        ...(departmentId && { departmentId }),
      },
    },
    { enabled: siteId !== undefined, placeholderData: (previous) => previous },
  )
  const move = useMoveSession()
  const items = sessions.data?.items ?? []
  const rows = rowsOf(items, by, t(by === 'doctor' ? 'schedules.noDoctor' : 'schedules.noRoom'))
  const mayWrite = may(me, 'schedule.write')
  const step = span === 'week' ? 7 : 1
  const drop = (id: number, row: CalendarRow, day: string) => {
    const one = items.find((item) => item.id === id)
    if (!one) return
    const startsAt = day === one.date ? undefined : sameClockOn(one.startsAt, day)
    const now = by === 'doctor' ? one.staffId : one.roomId
    const place = row.id === now ? {} : by === 'doctor' ? { staffId: row.id } : { roomId: row.id }
    if (startsAt === undefined && row.id === now) return
    move(one, { ...(startsAt && { startsAt }), ...place }, row.name)
  }
  const opened = items.find((one) => one.id === openId)

  return (
    <div className="stack">
      <div className="filter-bar">
        {pickers}
        <Button
          icon={<LeftOutlined />}
          aria-label={t('schedules.back')}
          onClick={() => setFilters({ date: addDays(date, -step) })}
        />
        <Button onClick={() => setFilters({ date: undefined })}>{t('schedules.today')}</Button>
        <Button
          icon={<RightOutlined />}
          aria-label={t('schedules.next')}
          onClick={() => setFilters({ date: addDays(date, step) })}
        />
        <DayFilter
          label={t('appointments.date')}
          value={date}
          onChange={(day) => setFilters({ date: day })}
        />
        <SelectFilter
          label={t('schedules.show')}
          of="span"
          initial="week"
          options={(['week', 'day'] as const).map((one) => ({ value: one, text: t(`schedules.${one}`) }))}
        />
        <SelectFilter
          label={t('schedules.rows')}
          of="by"
          initial="doctor"
          options={[
            { value: 'doctor', text: t('schedules.byDoctor') },
            { value: 'room', text: t('schedules.byRoom') },
          ]}
        />
        {mayWrite && <Button onClick={() => setAdding(true)}>{t('schedules.addSession')}</Button>}
      </div>
      {places.isError ? (
        <Unloaded query={places} />
      ) : sessions.isError || !sessions.data ? (
        <Unloaded query={sessions} />
      ) : rows.length === 0 ? (
        <EmptyState title={t('schedules.none')} hint={t('schedules.noneHint')} />
      ) : (
        <PlainTable
          label={t('schedules.tab.calendar')}
          className="clinic-week"
          columns={[
            t(by === 'doctor' ? 'schedules.doctor' : 'schedules.room'),
            ...days.map((day) => time.day(`${day}T00:00:00`)),
          ]}
          rows={rows.map((row) => [
            <strong key="name">{row.name}</strong>,
            ...days.map((day) => {
              const cell = `${row.key} ${day}`
              return (
                <div
                  key={day}
                  className={`clinic-cell${over === cell ? ' over' : ''}${day === isoDay(new Date()) ? ' today' : ''}`}
                  onDragOver={(event) => {
                    if (!mayWrite) return
                    event.preventDefault()
                    setOver(cell)
                  }}
                  onDragLeave={() => setOver(null)}
                  onDrop={(event) => {
                    event.preventDefault()
                    setOver(null)
                    drop(Number(event.dataTransfer.getData('text/plain')), row, day)
                  }}
                >
                  {row.sessions
                    .filter((one) => one.date === day)
                    .map((one) => (
                      <SessionCard
                        key={one.id}
                        session={one}
                        by={by}
                        draggable={one.mayWrite}
                        onOpen={() => setFilters({ open: String(one.id) })}
                      />
                    ))}
                </div>
              )
            }),
          ])}
        />
      )}
      {adding && siteId !== undefined && (
        <AddSessionDialog siteId={siteId} date={date} onClose={() => setAdding(false)} />
      )}
      {opened && <SessionDrawer session={opened} onClose={() => setFilters({ open: undefined })} />}
    </div>
  )
}

type SessionCardProps = {
  session: ClinicSession
  by: 'doctor' | 'room'
  draggable: boolean
  onOpen: () => void
}

function SessionCard({ session, by, draggable, onOpen }: SessionCardProps) {
  const { t } = useTranslation()
  const { status, free, booked, slots } = session
  const state = status === 'suspended' ? 'suspended' : free === 0 ? 'full' : ''
  return (
    <button
      type="button"
      className={`session-card ${state}`}
      draggable={draggable}
      title={t('schedules.placesHint', { booked, slots })}
      onDragStart={(event) => event.dataTransfer.setData('text/plain', String(session.id))}
      onClick={onOpen}
    >
      <span>
        <strong>
          {clock(new Date(session.startsAt))}–{clock(new Date(session.endsAt))}
        </strong>
      </span>
      <span className="places">
        {t('schedules.places', { booked, slots })} {state && t(`schedules.${state}`)}
      </span>
      <span className="secondary small">
        {[session.visitTypeName, by === 'doctor' ? session.roomName : session.staffName]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </button>
  )
}
