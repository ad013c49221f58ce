import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { getFollowUpFigures } from '../../../contract/figure.ts'
import type { AnswerOf } from '../../api.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { comparable, hasTarget, isRate, showWhole } from './measures.ts'
import type { FigureScope } from './period.ts'
import { RateText } from './RateText.tsx'
import type { RowsAt } from './rows.ts'

type Figures = AnswerOf<typeof getFollowUpFigures>
type Shown = (typeof comparable)[number]

const mostDrawn = 25

type GroupChartProps = {
  groups: Figures['groups']
  targets: Figures['targets']
  scope: FigureScope
  onOpen: (at: RowsAt) => void
}

/** Bars, worst first for rates: the question is where help is needed. */
export function GroupChart({ groups, targets, scope, onOpen }: GroupChartProps) {
  const { t } = useTranslation()
  const [name, setName] = useState<Shown>('coverage')
  const by = scope.query.by
  const inTime = by === 'day' || by === 'week' || by === 'month' || by === 'level'
  const ordered = useMemo(() => {
    if (inTime) return groups
    // A disease seen once is the worst by chance: of many groups the largest are drawn, the table below has them all.
    const drawn = [...groups].sort((a, b) => b.discharged - a.discharged).slice(0, mostDrawn)
    return drawn.sort((a, b) => (isRate(name) ? (a[name] ?? 2) - (b[name] ?? 2) : b[name] - a[name]))
  }, [groups, inTime, name])
  const target = hasTarget(name) ? targets[name] : undefined
  const targetWord = t('figures.targetLine')
  const measure = t(`figures.name.${name}`)

  const option = useCallback(
    (colours: Palette) => ({
      grid: { left: 8, right: isRate(name) ? 88 : 48, top: 8, bottom: 8, containLabel: true },
      tooltip: {
        trigger: 'axis' as const,
        axisPointer: { type: 'shadow' as const },
        backgroundColor: colours.surface,
        borderColor: colours.border,
        textStyle: { color: colours.text },
        valueFormatter: (value: unknown) =>
          typeof value !== 'number' ? '—' : isRate(name) ? percent(value) : String(value),
      },
      xAxis: {
        type: 'value' as const,
        ...(isRate(name) ? { min: 0, max: 1 } : { minInterval: 1 }),
        axisLabel: {
          color: colours.textSecondary,
          formatter: (value: number) => (isRate(name) ? percent(value) : String(value)),
        },
        splitLine: { lineStyle: { color: colours.border } },
      },
      yAxis: {
        type: 'category' as const,
        inverse: true,
        data: ordered.map((group) => group.label),
        axisLabel: { color: colours.text, width: 110, overflow: 'truncate' as const },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.borderStrong } },
      },
      series: [
        {
          type: 'bar' as const,
          name: measure,
          barMaxWidth: 18,
          cursor: 'pointer',
          itemStyle: { color: colours.primary, borderRadius: [0, 3, 3, 0] },
          label: {
            show: true,
            position: 'right' as const,
            color: colours.text,
            backgroundColor: colours.surface,
            padding: [1, 3],
            formatter: ({ dataIndex }: { dataIndex: number }) => {
              const group = ordered[dataIndex]
              if (!group) return ''
              return group[name] === null && group.pending > 0
                ? t('figures.notDue', { n: group.pending })
                : showWhole(group, name)
            },
          },
          // A bar of nothing still has its words beside it.
          data: ordered.map((group) => group[name] ?? 0),
          ...(target === undefined
            ? {}
            : {
                markLine: {
                  z: 1,
                  symbol: 'none',
                  silent: true,
                  lineStyle: { color: colours.warning, type: 'dashed' as const },
                  label: { show: false },
                  data: [{ xAxis: target, name: targetWord }],
                },
              }),
        },
      ],
    }),
    [ordered, name, target, measure, targetWord, t],
  )

  return (
    <div className="figures-chart">
      <Chart
        extra={
          <div className="figures-measure">
            <SelectFilter
              label={t('figures.measureShown')}
              value={name}
              options={comparable.map((value) => ({ value, text: t(`figures.name.${value}`) }))}
              onChange={(value) => setName(comparable.find((one) => one === value) ?? 'coverage')}
            />
            {ordered.length < groups.length && (
              <span className="small secondary">{t('figures.largest', { n: ordered.length })}</span>
            )}
            {target !== undefined && (
              <span className="small secondary">
                <span className="target-dash" aria-hidden="true" />{' '}
                {t('common.target', { value: percent(target) })}
              </span>
            )}
          </div>
        }
        title={t('figures.groupsChart', { measure })}
        option={option}
        height={Math.max(220, ordered.length * 30 + 40)}
        table={{
          columns: [t('figures.group'), measure],
          rows: ordered.map((group) => [
            group.label,
            <RateText
              key={group.key}
              counts={group}
              name={name}
              scope={scope}
              at={{ by, key: group.key, label: group.label }}
            />,
          ]),
        }}
        onSelect={(index) => {
          const group = ordered[index]
          if (group) onOpen({ name, by, key: group.key, label: group.label })
        }}
      />
    </div>
  )
}
