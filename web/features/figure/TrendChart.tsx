import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { getFollowUpFigures } from '../../../contract/figure.ts'
import type { AnswerOf } from '../../api.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { show } from './measures.ts'
import { type FigureScope, trendGrouping } from './period.ts'
import { RowsLink } from './RowsLink.tsx'
import type { RowsAt } from './rows.ts'

type Figures = AnswerOf<typeof getFollowUpFigures>

const lines = ['coverage', 'timeliness', 'reach'] as const
// Lines differ by symbol and dash as well as by colour.
const symbols = ['circle', 'triangle', 'rect']
const dashes = ['solid', 'dashed', 'dotted'] as const

type TrendChartProps = {
  trend: Figures['trend']
  targets: Figures['targets']
  scope: FigureScope
  onOpen: (at: RowsAt) => void
}

export function TrendChart({ trend, scope, onOpen }: TrendChartProps) {
  const { t } = useTranslation()
  const by = trendGrouping(trend.map((point) => point.key))

  const option = useCallback(
    (colours: Palette) => {
      const of = [colours.primary, colours.info, colours.warning]
      return {
        legend: { top: 0, left: 0, textStyle: { color: colours.text } },
        grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
        tooltip: {
          trigger: 'axis' as const,
          backgroundColor: colours.surface,
          borderColor: colours.border,
          textStyle: { color: colours.text },
          valueFormatter: (value: unknown) => (typeof value === 'number' ? percent(value) : '—'),
        },
        xAxis: {
          type: 'category' as const,
          data: trend.map((point) => point.key),
          axisLabel: {
            color: colours.textSecondary,
            formatter: (key: string) => (/^\d{4}-\d{2}-\d{2}$/.test(key) ? key.slice(5) : key),
          },
          axisLine: { lineStyle: { color: colours.borderStrong } },
        },
        yAxis: {
          type: 'value' as const,
          min: 0,
          max: 1,
          axisLabel: { color: colours.textSecondary, formatter: (value: number) => percent(value) },
          splitLine: { lineStyle: { color: colours.border } },
        },
        series: lines.map((name, index) => ({
          type: 'line' as const,
          name: t(`figures.name.${name}`),
          data: trend.map((point) => point[name]),
          symbol: symbols[index] ?? 'circle',
          symbolSize: 7,
          cursor: 'pointer',
          connectNulls: false,
          lineStyle: {
            width: 2,
            type: dashes[index] ?? ('solid' as const),
            color: of[index] ?? colours.primary,
          },
          itemStyle: { color: of[index] ?? colours.primary },
        })),
      }
    },
    [trend, t],
  )

  return (
    <div className="figures-chart">
      <Chart
        title={t('figures.trendChart')}
        option={option}
        height={320}
        table={{
          columns: [t('figures.when'), ...lines.map((name) => t(`figures.name.${name}`))],
          rows: trend.map((point) => [
            point.key,
            ...lines.map((name) => (
              <RowsLink key={name} scope={scope} at={{ name, by, key: point.key, label: point.key }}>
                {show(point, name)}
              </RowsLink>
            )),
          ]),
        }}
        onSelect={(index) => {
          const point = trend[index]
          if (point) onOpen({ name: 'discharged', by, key: point.key, label: point.key })
        }}
      />
    </div>
  )
}
