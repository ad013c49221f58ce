import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { RehearsalSide } from '../../../../contract/rehearsal.ts'
import type { Palette } from '../../../theme/tokens.ts'
import { Chart } from '../../../ui/Chart.tsx'
import { byDay } from './hours.ts'

/** Hours of work per day, beside those of the version in force. */
export function HoursChart({ draft, current }: { draft: RehearsalSide; current: RehearsalSide | null }) {
  const { t } = useTranslation()
  const rows = useMemo(() => byDay(draft.days, current?.days ?? null), [draft, current])
  const option = useCallback(
    (colours: Palette) => ({
      legend: { top: 0, left: 0, textStyle: { color: colours.text } },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      xAxis: {
        type: 'category' as const,
        data: rows.map((row) => row.day),
        axisLabel: { color: colours.textSecondary, formatter: (day: string) => day.slice(5) },
        axisLine: { lineStyle: { color: colours.borderStrong } },
      },
      yAxis: {
        type: 'value' as const,
        axisLabel: { color: colours.textSecondary },
        splitLine: { lineStyle: { color: colours.border } },
      },
      series: [
        {
          type: 'bar' as const,
          name: t('rehearsal.chartDraft'),
          data: rows.map((row) => row.draft),
          itemStyle: { color: colours.primary },
        },
        // A line over bars differs by form as well as by colour.
        ...(current
          ? [
              {
                type: 'line' as const,
                name: t('rehearsal.chartCurrent'),
                data: rows.map((row) => row.current),
                symbol: 'none',
                lineStyle: { width: 2, type: 'dashed' as const, color: colours.warning },
                itemStyle: { color: colours.warning },
              },
            ]
          : []),
      ],
    }),
    [rows, current, t],
  )
  return (
    <Chart
      title={t('rehearsal.chart')}
      option={option}
      height={260}
      table={{
        columns: [
          t('rehearsal.day'),
          t('rehearsal.chartDraft'),
          ...(current ? [t('rehearsal.chartCurrent')] : []),
        ],
        rows: rows.map((row) => [row.day, row.draft, ...(current ? [row.current] : [])]),
      }}
    />
  )
}
