import { useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { LoadCell } from '../../../contract/appointment-load.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { LoadLink, useLoadRows } from './LoadLink.tsx'
import { loadRowsSearch, type LoadScope } from './load-scope.ts'
import { useLoadText } from './useLoadText.ts'

/** Shares from which an hour is drawn as nearly full, and below which as hardly used; CareLoop choice. */
const [busyFrom, idle] = [0.75, 0.4]

/** Which hours of the week are full and which are idle; a cell opens its appointments. */
export function LoadHours({ hours, scope }: { hours: LoadCell[]; scope: LoadScope }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const opens = useLoadRows()
  const { weekday } = useLoadText()
  const axes = useMemo(() => {
    const at = hours.map((one) => one.hour)
    const [first, last] = [Math.min(...at), Math.max(...at)]
    const days = Math.max(5, ...hours.map((one) => one.weekday))
    return {
      hours: Array.from({ length: last - first + 1 }, (_, index) => first + index),
      days: Array.from({ length: days }, (_, index) => index + 1),
    }
  }, [hours])
  const rowsAt = (one: LoadCell) => ({
    measure: 'used' as const,
    weekday: one.weekday,
    hourFrom: one.hour,
    hourTo: one.hour + 1,
  })

  const option = useCallback(
    (colours: Palette) => ({
      grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
      tooltip: {
        trigger: 'item' as const,
        backgroundColor: colours.surface,
        borderColor: colours.border,
        textStyle: { color: colours.text },
        formatter: (point: unknown) => {
          const one = hours[(point as { dataIndex: number }).dataIndex]
          if (!one) return ''
          const { used, open, hour } = one
          return t('clinicLoad.cell', {
            weekday: weekday(one.weekday),
            hour,
            used,
            open,
            share: percent(used / open),
          })
        },
      },
      xAxis: {
        type: 'category' as const,
        data: axes.hours.map((hour) => t('clinicLoad.hour', { hour })),
        axisLabel: { color: colours.textSecondary },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.borderStrong } },
      },
      yAxis: {
        type: 'category' as const,
        inverse: true,
        data: axes.days.map((day) => weekday(day)),
        axisLabel: { color: colours.text },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.borderStrong } },
      },
      series: [
        {
          type: 'heatmap' as const,
          cursor: opens ? 'pointer' : 'default',
          itemStyle: { borderColor: colours.surface, borderWidth: 2 },
          data: hours.map((one) => {
            const share = one.used / one.open
            const busy = share >= busyFrom
            return {
              value: [axes.hours.indexOf(one.hour), one.weekday - 1, share],
              label: {
                show: true,
                color: busy ? colours.onPrimary : colours.text,
                formatter: `${Math.round(share * 100)}%`,
              },
            }
          }),
        },
      ],
      // Figures are dark on the soft colours and light on the full one.
      visualMap: {
        type: 'piecewise' as const,
        show: false,
        dimension: 2,
        pieces: [
          { lt: idle, color: colours.sunken },
          { gte: idle, lt: busyFrom, color: colours.primarySoft },
          { gte: busyFrom, color: colours.primary },
        ],
      },
    }),
    [hours, axes, weekday, opens, t],
  )

  return (
    <Chart
      title={t('clinicLoad.hours')}
      option={option}
      height={axes.days.length * 36 + 48}
      table={{
        columns: [t('clinicLoad.hoursTable.hour'), ...axes.days.map((day) => weekday(day))],
        rows: axes.hours.map((hour) => [
          t('clinicLoad.hour', { hour }),
          ...axes.days.map((day) => {
            const one = hours.find((cell) => cell.weekday === day && cell.hour === hour)
            if (!one)
              return (
                <span key={day} className="secondary" title={t('clinicLoad.noPlaces')}>
                  —
                </span>
              )
            return (
              <LoadLink key={day} scope={scope} n={one.used} at={rowsAt(one)}>
                {percent(one.used / one.open)}{' '}
                <small>{t('clinicLoad.ofAll', { part: one.used, all: one.open })}</small>
              </LoadLink>
            )
          }),
        ]),
      }}
      onSelect={(index) => {
        const one = hours[index]
        if (one && one.used > 0 && opens)
          void navigate({ to: '/appointments', search: loadRowsSearch(scope, rowsAt(one)) as never })
      }}
    />
  )
}
