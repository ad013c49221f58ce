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
import { choices } from '../../ui/fields.ts'
import { first, useFilters } from '../../ui/filters.ts'
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
  const { siteId, departments, places, picker } = useClinicSite()
  const [adding, setAdding] = useState(false)
  const [over, setOver] = useState<string | null>(null)
  const span = first(filters['span']) === 'day' ? 'day' : 'week'
  const by = first(filters['by']) === 'room' ? 'room' : 'doctor'
  const asked = first(filters['date'])
  const date = isDay(asked) ? asked : isoDay(new Date())
  const start = span === 'week' ? mondayOf(date) : date
  const days = Array.from({ length: span === 'week' ? 7 : 1 }, (_, index) => addDays(start, index))
  const departmentId = Number(first(filters['departmentId'])) || undefined
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
        {picker}
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
        <SelectFilter
          label={t('appointments.department')}
          all={t('appointments.allDepartments')}
          of="departmentId"
          options={choices(departments)}
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
        <div className="clinic-week" tabIndex={0} role="group" aria-label={t('schedules.tab.calendar')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t(by === 'doctor' ? 'schedules.doctor' : 'schedules.room')}</th>
                {days.map((day) => (
                  <th key={day} scope="col" className={day === isoDay(new Date()) ? 'today' : undefined}>
                    {time.day(`${day}T00:00:00`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">{row.name}</th>
                  {days.map((day) => {
                    const cell = `${row.key} ${day}`
                    return (
                      <td
                        key={day}
                        className={over === cell ? 'over' : day === isoDay(new Date()) ? 'today' : undefined}
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
                              draggable={mayWrite}
                              onOpen={() => setFilters({ open: String(one.id) })}
                            />
                          ))}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
        </strong>{' '}
        <span className="places">{t('schedules.places', { booked, slots })}</span>
      </span>
      <span className="secondary small">
        {[
          state && t(`schedules.${state}`),
          session.visitTypeName,
          by === 'doctor' ? session.roomName : session.staffName,
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </button>
  )
}
