import './call-back.css'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallBack, listCallBacks, moveCallBack } from '../../../contract/call-back.ts'
import { day, isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { refreshDesk } from '../task/refresh.ts'
import { CallBackChip } from './CallBackChip.tsx'

const dayMs = 86_400_000
const shownDays = 7

const isPast = (at: Date) => at <= new Date()

/** Midnight of a day given as `2026-11-22`, else of today. */
function startOf(text: string | undefined): Date {
  const given = text ? new Date(`${text}T00:00:00`) : new Date()
  const start = Number.isNaN(given.getTime()) ? new Date() : given
  start.setHours(0, 0, 0, 0)
  return start
}

function addDays(from: Date, n: number): Date {
  const next = new Date(from)
  next.setDate(next.getDate() + n)
  return next
}

/** Calls to come: a column a day, a row an hour. */
export default function CallBacksPage() {
  const { t } = useTranslation()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const [filters, setFilters] = useFilters()
  const [moving, setMoving] = useState<number | null>(null)
  const whose = first(filters['whose']) === 'team' ? 'team' : 'mine'
  const start = startOf(first(filters['from']))
  const end = addDays(start, shownDays)
  const calls = useCall(
    listCallBacks,
    { query: { from: start.toISOString(), to: end.toISOString(), whose } },
    { placeholderData: (previous) => previous },
  )
  const move = useAct(moveCallBack)

  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: keyOf(listCallBacks) })
    refreshDesk()
  }
  const moveTo = async (one: CallBack, at: Date, undoing = false) => {
    if (isPast(at)) {
      void message.warning(t('callBacks.past'))
      return
    }
    setMoving(one.id)
    try {
      const moved = await move.mutateAsync({
        params: { id: one.id },
        body: { at: at.toISOString(), was: one.at },
      })
      refresh()
      const key = `moved-${one.id}`
      void message.open({
        key,
        type: 'success',
        content: (
          <>
            {t('callBacks.moved', { name: one.personName, time: time.moment(moved.at) })}{' '}
            {!undoing && !isPast(new Date(one.at)) && (
              <button
                type="button"
                className="plain-button"
                onClick={() => {
                  message.destroy(key)
                  void moveTo(moved, new Date(one.at), true)
                }}
              >
                {t('common.undo')}
              </button>
            )}
          </>
        ),
      })
    } catch (error) {
      void message.error(explain(error))
      refresh()
    } finally {
      setMoving(null)
    }
  }

  const days = Array.from({ length: shownDays }, (_, n) => addDays(start, n))
  const items = calls.data?.items ?? []
  const hoursOf = (at: string) => new Date(at).getHours()
  const shownHours = [...new Set(items.map((one) => hoursOf(one.at)))].sort((a, b) => a - b)
  const fullness = new Map((calls.data?.hours ?? []).map((one) => [new Date(one.at).getTime(), one] as const))
  const weekdays = t('common.weekdays').split(' ')
  const go = (by: number) => setFilters({ from: isoDay(addDays(start, by)) })

  return (
    <div className="call-backs">
      <PageHeader
        title={t('callBacks.title')}
        extra={
          <div className="call-backs-tools">
            <SelectFilter
              label={t('callBacks.whose')}
              value={whose}
              options={(['mine', 'team'] as const).map((value) => ({
                value,
                text: t(`desk.whose.${value}`),
              }))}
              onChange={(value) => setFilters({ whose: value === 'team' ? 'team' : undefined })}
            />
            <Button onClick={() => go(-shownDays)}>{t('callBacks.before')}</Button>
            <Button onClick={() => setFilters({ from: undefined })}>{t('callBacks.today')}</Button>
            <Button onClick={() => go(shownDays)}>{t('callBacks.after')}</Button>
            <Link to="/desk">{t('callBacks.toDesk')}</Link>
          </div>
        }
      />
      <p className="secondary small">
        {t('callBacks.hint', { n: calls.data?.perHour ?? 0 })}
        <span className="call-backs-keys"> {t('callBacks.keys')}</span>
      </p>
      {calls.data?.more && <p className="notice tone-warning">{t('callBacks.more')}</p>}
      {calls.isError || calls.isPending ? (
        <Unloaded query={calls} />
      ) : items.length === 0 ? (
        <EmptyState title={t('callBacks.empty')} hint={t('callBacks.emptyHint')} />
      ) : (
        <div className="call-backs-scroll">
          <table className="call-backs-table">
            <thead>
              <tr>
                <th scope="col">{t('callBacks.hour')}</th>
                {days.map((one) => (
                  <th
                    key={one.getTime()}
                    scope="col"
                    className={isoDay(one) === isoDay(new Date()) ? 'is-today' : ''}
                  >
                    {day(one, weekdays)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shownHours.map((hour) => (
                <tr key={hour}>
                  <th scope="row">{String(hour).padStart(2, '0')}:00</th>
                  {days.map((one) => {
                    const at = new Date(one)
                    at.setHours(hour)
                    const cell = items.filter((call) => {
                      const when = new Date(call.at).getTime()
                      return when >= at.getTime() && when < at.getTime() + dayMs / 24
                    })
                    const full = fullness.get(at.getTime())
                    return (
                      <td
                        key={one.getTime()}
                        data-day={day(one, weekdays)}
                        className={`${full?.overFull ? 'is-full' : ''} ${cell.length === 0 ? 'is-empty' : ''}`}
                      >
                        {full && (
                          <span className={`call-backs-count ${full.overFull ? 'text-danger' : 'secondary'}`}>
                            {full.overFull
                              ? t('callBacks.overFull', { n: full.count, all: calls.data.perHour })
                              : full.count}
                          </span>
                        )}
                        {cell.map((call) => (
                          <CallBackChip
                            key={call.id}
                            call={call}
                            busy={moving === call.id}
                            onMove={(to) => void moveTo(call, to)}
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
    </div>
  )
}
