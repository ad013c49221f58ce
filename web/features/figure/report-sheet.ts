import type { EChartsOption } from 'echarts'
import type { MonthlyReport } from '../../../contract/report.ts'
import { percent, signed } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import type { FigureName } from './measures.ts'

// What the monthly report is made of, for the page and for the PDF that the server writes. No React and nothing of a browser here.

export const levelColumns = [
  'discharged',
  'coverage',
  'provenCoverage',
  'statedCoverage',
  'timeliness',
  'reach',
  'refused',
] as const satisfies readonly FigureName[]
export const departmentColumns = ['discharged', 'coverage'] as const satisfies readonly FigureName[]
export const rateColumns = ['timeliness', 'reach'] as const satisfies readonly FigureName[]
export const doctorColumns = ['checked', 'agreed', 'disagreed'] as const satisfies readonly FigureName[]
export const flagColumns = ['raised', 'acted', 'inTime', 'medianMinutes', 'p90Minutes'] as const

type Level = MonthlyReport['levels'][number]
type Department = Level['departments'][number]

/** Levels whose departments are listed: a level that nobody planned would be a table of zeros. */
export const listedLevels = (report: MonthlyReport): Level[] =>
  report.levels.filter((one) => one.departments.some((department) => department.now.planned > 0))

/** Change of a rate in points. */
export function changeText(now: number | null, before: number | null): string {
  return now === null || before === null ? '—' : signed((now - before) * 100)
}

/** Minutes and counts of red flags, whole. */
export const flagText = (value: number | null): string => (value === null ? '—' : String(Math.round(value)))

/** The grid leaves room for its labels. */
const inside = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' } as const

const axis = (colours: Palette) => ({
  min: 0,
  max: 1,
  axisLabel: { color: colours.textSecondary, formatter: (value: number) => percent(value) },
  splitLine: { lineStyle: { color: colours.border } },
})

/** Coverage of each level now, the month before and a year before. Bars differ by lightness, so that grey prints do. */
export function coverageOverTime(
  report: MonthlyReport,
  words: { level: (n: number) => string; before: string; lastYear: string },
  colours: Palette,
): EChartsOption {
  const periods = [
    { name: 'now', word: report.month, color: colours.primary },
    { name: 'before', word: words.before, color: colours.info },
    { name: 'lastYear', word: words.lastYear, color: colours.border },
  ] as const
  return {
    legend: { top: 0, left: 0, textStyle: { color: colours.text } },
    grid: { left: 8, right: 16, top: 52, bottom: 8, ...inside },
    xAxis: {
      type: 'category',
      data: report.levels.map((one) => words.level(one.level)),
      axisLabel: { color: colours.text },
    },
    yAxis: { type: 'value', ...axis(colours) },
    series: periods.map(({ name, word, color }) => ({
      type: 'bar',
      name: word,
      barMaxWidth: 40,
      itemStyle: { color },
      label: {
        show: true,
        position: 'top',
        color: colours.text,
        fontSize: 10,
        formatter: ({ value }) => (typeof value === 'number' ? percent(value) : ''),
      },
      data: report.levels.map((one) => one[name]?.coverage ?? null),
    })),
  }
}

/** Where coverage is proven and where it is only stated: the departments of one level. */
export function coverageByDepartment(
  departments: Department[],
  words: { proven: string; stated: string; noDepartment: string },
  colours: Palette,
): EChartsOption {
  const bars = [
    { name: 'provenCoverage', word: words.proven, color: colours.primary },
    { name: 'statedCoverage', word: words.stated, color: colours.warning },
  ] as const
  return {
    legend: { top: 0, left: 0, textStyle: { color: colours.text } },
    grid: { left: 8, right: 24, top: 32, bottom: 8, ...inside },
    xAxis: { type: 'value', ...axis(colours) },
    yAxis: {
      type: 'category',
      inverse: true,
      data: departments.map((one) => one.departmentName ?? words.noDepartment),
      axisLabel: { color: colours.text, width: 110, overflow: 'truncate' },
    },
    series: bars.map(({ name, word, color }) => ({
      type: 'bar',
      name: word,
      stack: 'coverage',
      barMaxWidth: 16,
      itemStyle: { color },
      data: departments.map((one) => one.now[name]),
    })),
  }
}

/** Height of that chart, px: a line for each department. */
export const departmentsHeight = (departments: number): number => Math.max(220, departments * 24 + 60)
