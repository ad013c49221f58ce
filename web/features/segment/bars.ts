import type { EChartsOption } from 'echarts'
import type { Palette } from '../../theme/tokens.ts'

/** Horizontal bars, the first row on top, each with its number. */
export const barsOf =
  (rows: readonly { text: string; persons: number }[]) =>
  (colours: Palette): EChartsOption => ({
    grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
    tooltip: { show: false },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map((one) => one.text),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.border } },
      axisLabel: { color: colours.text },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 18,
        data: rows.map((one) => one.persons),
        label: { show: true, position: 'right', color: colours.text },
      },
    ],
  })
