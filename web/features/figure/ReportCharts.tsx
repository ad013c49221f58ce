import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { MonthlyReport } from '../../../contract/report.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'

const periods = ['now', 'before', 'lastYear'] as const

const axis = (colours: Palette) => ({
  min: 0,
  max: 1,
  axisLabel: { color: colours.textSecondary, formatter: (value: number) => percent(value) },
  splitLine: { lineStyle: { color: colours.border } },
})

/** Two questions: is it getting better, and where is coverage proven. Bars differ by pattern of lightness, so that grey prints do. */
export function ReportCharts({ report }: { report: MonthlyReport }) {
  const { t } = useTranslation()
  const departments = report.levels[0]?.departments ?? []

  const overTime = useCallback(
    (colours: Palette) => ({
      legend: { top: 0, left: 0, textStyle: { color: colours.text } },
      grid: { left: 8, right: 16, top: 52, bottom: 8, containLabel: true },
      xAxis: {
        type: 'category' as const,
        data: report.levels.map((one) => t('desk.level', { n: one.level })),
        axisLabel: { color: colours.text },
      },
      yAxis: { type: 'value' as const, ...axis(colours) },
      series: periods.map((name, index) => ({
        type: 'bar' as const,
        name: name === 'now' ? report.month : t(`report.${name}`),
        barMaxWidth: 28,
        itemStyle: { color: [colours.primary, colours.info, colours.border][index] ?? colours.primary },
        label: {
          show: true,
          position: 'top' as const,
          color: colours.text,
          fontSize: 10,
          formatter: ({ value }: { value?: unknown }) => (typeof value === 'number' ? percent(value) : ''),
        },
        data: report.levels.map((one) => one[name].coverage),
      })),
    }),
    [report, t],
  )

  const byDepartment = useCallback(
    (colours: Palette) => ({
      legend: { top: 0, left: 0, textStyle: { color: colours.text } },
      grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
      xAxis: { type: 'value' as const, ...axis(colours) },
      yAxis: {
        type: 'category' as const,
        inverse: true,
        data: departments.map((one) => one.departmentName ?? t('report.noDepartment')),
        axisLabel: { color: colours.text, width: 110, overflow: 'truncate' as const },
      },
      series: (['provenCoverage', 'statedCoverage'] as const).map((name, index) => ({
        type: 'bar' as const,
        name: t(`figures.name.${name}`),
        stack: 'coverage',
        barMaxWidth: 16,
        itemStyle: { color: index === 0 ? colours.primary : colours.warning },
        data: departments.map((one) => one.now[name]),
      })),
    }),
    // `departments` follows from the report.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [report, t],
  )

  return (
    <div className="report-charts">
      <Chart
        paper
        title={t('report.chart.overTime')}
        option={overTime}
        height={220}
        table={{ columns: [], rows: [] }}
      />
      <Chart
        paper
        title={t('report.chart.byDepartment')}
        option={byDepartment}
        height={Math.max(220, departments.length * 24 + 60)}
        table={{ columns: [], rows: [] }}
      />
    </div>
  )
}
