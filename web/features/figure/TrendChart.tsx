import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { getFollowUpFigures } from '../../../contract/figure.ts'
import type { AnswerOf } from '../../api.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { showWhole } from './measures.ts'
import type { FigureScope } from './period.ts'
import { RateText } from './RateText.tsx'
import type { RowsAt } from './rows.ts'

type Figures = AnswerOf<typeof getFollowUpFigures>

const lines = ['coverage', 'timeliness', 'reach'] as const
// Lines differ by symbol and dash as well as by colour.
const symbols = ['circle', 'triangle', 'rect']
const dashes = ['solid', 'dashed', 'dotted'] as const

type TrendChartProps = {
  trend: Figures['trend']
  by: Figures['trendBy']
  scope: FigureScope
  onOpen: (at: RowsAt) => void
}

/** Courses of the rates. A hollow point is not settled: some of its people can still be called in time. */
export function TrendChart({ trend, by, scope, onOpen }: TrendChartProps) {
  const { t } = useTranslation()

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
        },
        xAxis: {
          type: 'category' as const,
          data: trend.map((point) => point.label),
          axisLabel: { color: colours.textSecondary },
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
          data: trend.map((point) => ({
            value: point[name],
            ...(name === 'coverage' && point.pending > 0
              ? {
                  itemStyle: {
                    color: colours.surface,
                    borderColor: of[index] ?? colours.primary,
                    borderWidth: 2,
                  },
                }
              : {}),
          })),
          tooltip: {
            valueFormatter: (_: unknown, at: number) => {
              const point = trend[at]
              if (!point) return '—'
              const pending = name === 'coverage' && point.pending > 0
              return `${showWhole(point, name)}${pending ? ` · ${t('figures.notDue', { n: point.pending })}` : ''}`
            },
          },
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
          columns: [
            t('figures.when'),
            t('figures.name.discharged'),
            t('figures.name.pending'),
            ...lines.map((name) => t(`figures.name.${name}`)),
          ],
          rows: trend.map((point) => [
            point.label,
            ...(['discharged', 'pending', ...lines] as const).map((name) => (
              <RateText
                key={name}
                counts={point}
                name={name}
                scope={scope}
                at={{ by, key: point.key, label: point.label }}
              />
            )),
          ]),
        }}
        extra={
          trend.some((point) => point.pending > 0) && (
            <span className="secondary small">{t('figures.hollow')}</span>
          )
        }
        onSelect={(index) => {
          const point = trend[index]
          if (point) onOpen({ name: 'discharged', by, key: point.key, label: point.label })
        }}
      />
    </div>
  )
}
