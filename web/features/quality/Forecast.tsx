import { useTranslation } from 'react-i18next'
import { type CallForecast, getCallForecast } from '../../../contract/call-quality.ts'
import { count, duration, percent } from '../../format/number.ts'
import { day as dayText, isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { DayFilter } from '../../ui/DateFilter.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { HeatTable } from '../../ui/HeatTable.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'

/** The Monday after a day. */
export function nextMonday(today = new Date()): string {
  const ahead = (8 - today.getDay()) % 7 || 7
  return isoDay(new Date(today.getFullYear(), today.getMonth(), today.getDate() + ahead))
}

const clock = (slot: number) => `${String(slot >> 1).padStart(2, '0')}:${slot % 2 === 0 ? '00' : '30'}`

/** Who has to be at the telephone in each half hour of a week. */
export function Forecast({ siteId }: { siteId: number }) {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const from = first(filters['week']) ?? nextMonday()
  const query = useCall(getCallForecast, { query: { siteId, from } })
  return (
    <section className="panel" aria-label={t('callQuality.forecast')}>
      <div className="panel-head">
        <h2>{t('callQuality.forecast')}</h2>
        <DayFilter label={t('callQuality.weekFrom')} of="week" initial={from} />
      </div>
      {query.isError || !query.data ? <Unloaded query={query} height={240} /> : <Week data={query.data} />}
    </section>
  )
}

function Week({ data }: { data: CallForecast }) {
  const { t } = useTranslation()
  const { days, ahtSeconds, target, lastWeek } = data
  const weekdays = t('common.weekdays').split(' ')
  const named = (date: string) => dayText(new Date(`${date}T00:00:00`), weekdays)
  const busy = Array.from({ length: 48 }, (_, slot) => slot).filter((slot) =>
    days.some((day) => (day.slots[slot]?.agents ?? 0) > 0),
  )
  const [from, to] = [busy[0], busy.at(-1)]
  if (from === undefined || to === undefined || ahtSeconds === null)
    return <EmptyState title={t('callQuality.noForecast')} hint={t('callQuality.noForecastHint')} />
  const shown = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  const most = Math.max(...days.flatMap((day) => day.slots.map((slot) => slot.agents)))
  const heat = (agents: number) =>
    agents === 0 ? 'low' : most > 1 && agents * 3 > most * 2 ? 'high' : 'some'
  return (
    <>
      <p className="secondary small">
        {t('callQuality.forecastHow', {
          percent: target.percent,
          seconds: target.seconds,
          aht: duration(Math.round(ahtSeconds)),
        })}{' '}
        {lastWeek &&
          t('callQuality.lastWeek', {
            came: count(lastWeek.came),
            expected: count(Math.round(lastWeek.expected)),
            error: percent(lastWeek.error),
          })}
      </p>
      <HeatTable
        label={t('callQuality.forecast')}
        columns={days.map((day) =>
          day.working ? named(day.date) : t('callQuality.dayOff', { day: named(day.date) }),
        )}
        rows={shown.map((slot) => ({
          name: clock(slot),
          cells: days.map((day) => {
            const expected = day.slots[slot]
            if (!expected) return null
            return {
              heat: heat(expected.agents),
              title: t('callQuality.cell', {
                calls: expected.calls.toFixed(1),
                low: Math.floor(expected.low),
                high: Math.ceil(expected.high),
                agents: expected.agents,
                rostered: expected.rostered,
                days: day.basedOn,
              }),
              content: expected.agents,
            }
          }),
        }))}
      />
    </>
  )
}
