import type { EChartsOption } from 'echarts'
import type { Cell, Content, Document } from 'pdfmake'
import type { MonthlyReport, RedFlags } from '../../../contract/report.ts'
import { proofClass } from '../../../contract/task.ts'
import { renderText } from '../../../contract/template.ts'
import { show, showWhole } from '../../../web/features/figure/measures.ts'
import {
  changeText,
  coverageByDepartment,
  coverageOverTime,
  departmentColumns,
  doctorColumns,
  flagColumns,
  flagText,
  levelColumns,
  listedLevels,
  rateColumns,
} from '../../../web/features/figure/report-sheet.ts'
import { percent } from '../../../web/format/number.ts'
import { light } from '../../../web/theme/tokens.ts'
import { toLocal } from '../../platform/clock.ts'
import { type PaperLanguage, type PaperWords } from './report-words.ts'

/** Draws a chart of the given size (points) as SVG. */
export type Draw = (option: EChartsOption, width: number, height: number) => string

// A4 is 595 × 842 points; half an inch of margin.
const margin = 36
const width = 595 - 2 * margin
/** A chart of more departments than this continues in a second one: it has to fit on one page. */
const departmentsInChart = 36

type Row = { cells: (string | (Cell & { text: string }))[]; now?: boolean; last?: boolean }

/** The report as a pdfmake document: the page's figures, columns, words and charts on A4. */
export function reportDocument(
  report: MonthlyReport,
  words: PaperWords,
  language: PaperLanguage,
  draw: Draw,
): Document {
  const title = renderText(words.report.title, { month: report.month })
  const place = report.siteNames.join('、')
  const made = renderText(words.report.made, {
    name: report.madeByName,
    time: minute(new Date(report.madeAt), report.timeZone),
  })
  const small = { fontSize: 7.5, color: light.textSecondary }
  return {
    pageSize: 'A4',
    pageMargins: [margin, 46, margin, 46],
    language,
    displayTitle: true,
    info: {
      title,
      author: report.madeByName,
      creationDate: new Date(report.madeAt),
      creator: 'CareLoop',
      producer: 'CareLoop',
    },
    defaultStyle: { font: 'Noto', fontSize: 9, color: light.text, lineHeight: 1.15 },
    header: (page) =>
      page === 1 ? null : { ...small, margin: [margin, 24, margin, 0], text: `${place} · ${title}` },
    footer: (page, pages) => ({
      margin: [margin, 14, margin, 0],
      columns: [
        { ...small, text: made },
        { ...small, width: 'auto', text: renderText(words.report.page, { page, pages }) },
      ],
    }),
    content: [
      { text: place, bold: true, alignment: 'center' },
      { text: title, bold: true, fontSize: 16, alignment: 'center', margin: [0, 2, 0, 2] },
      {
        ...small,
        fontSize: 8.5,
        alignment: 'center',
        text: `${renderText(words.report.period, { from: report.from, to: report.to })} · ${made}`,
      },
      rule(),
      levelSection(report, words),
      ...charts(report, words, draw),
      ...departmentSections(report, words),
      ...redFlagSection(report, words),
      ...doctorSection(report, words),
    ],
  }
}

/** `2026-11-22 14:05` at the site. */
function minute(at: Date, timeZone: string): string {
  const { year, month, day, hour, minute } = toLocal(at, timeZone)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}

const rule = (): Content => ({
  canvas: [{ type: 'line', x1: 0, y1: 6, x2: width, y2: 6, lineWidth: 1.5, lineColor: light.primary }],
})

const hint = (text: string): Content => ({
  text,
  fontSize: 7.5,
  color: light.textSecondary,
  margin: [0, 4, 0, 0],
})

const padding = 3

/** Width of the longest unbreakable part of a text, in em: Latin words, or up to three Chinese characters. */
const unbroken = (text: string): number =>
  Math.max(
    ...text
      .split(/[ -]/)
      .map((word) => (/[\u2e80-\uffef]/.test(word) ? Math.min(word.length, 3) : word.length * 0.6)),
  )

/** Each column of figures gets the width of its longest word; the rest is shared evenly. The first columns have given widths. */
function columnWidths(first: number[], heads: string[], rows: Row[]): number[] {
  const needs = heads.slice(first.length).map((head, index) => {
    const cells = rows.map(({ cells }) => cells[first.length + index] ?? '')
    return 7 * Math.max(...[head, ...cells].map((one) => unbroken(typeof one === 'string' ? one : '')))
  })
  const sum = (all: number[]) => all.reduce((total, one) => total + one, 0)
  const left = width - sum(first) - sum(needs) - 2 * padding * heads.length
  return [...first, ...needs.map((need) => need + left / needs.length)]
}

/**
 * A table under its heading. Both are the table's header, so that they repeat on the next page.
 * @param first widths (points) of the text columns on the left
 */
function table(heading: string, heads: string[], rows: Row[], first: number[]): Content {
  const aside = (column: number) => (column < first.length ? 'left' : 'right')
  const styled = ({ cells, now, last }: Row): (Content | Record<string, never>)[] =>
    cells.map((cell, column) => ({
      alignment: aside(column),
      ...(now ? { bold: true } : {}),
      ...(last ? { fillColor: light.sunken } : {}),
      ...(typeof cell === 'string' ? { text: cell } : cell),
    }))
  const whole: Content = {
    text: heading,
    bold: true,
    fontSize: 11,
    colSpan: heads.length,
    margin: [-padding, 0, 0, 2],
  }
  return {
    fontSize: 8,
    margin: [0, 14, 0, 0],
    table: {
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: columnWidths(first, heads, rows),
      body: [
        [whole, ...heads.slice(1).map(() => ({}))],
        heads.map((text, column) => ({
          text,
          bold: true,
          fontSize: 7,
          color: light.textSecondary,
          alignment: aside(column),
          fillColor: light.sunken,
        })),
        ...rows.map(styled),
      ],
    },
    layout: {
      hLineWidth: (row) => (row === 0 ? 0 : 0.5),
      vLineWidth: () => 0,
      hLineColor: (row) => (row <= 2 ? light.borderStrong : light.border),
      paddingLeft: () => padding,
      paddingRight: () => padding,
      paddingTop: () => 3,
      paddingBottom: () => 3,
    },
  }
}

function levelName(level: number, words: PaperWords): string {
  return words.figures.level[`l${level as 1 | 2 | 3}`]
}

function levelSection(report: MonthlyReport, words: PaperWords): Content {
  const periods = [
    { name: 'now', word: report.month },
    { name: 'before', word: words.report.before },
    { name: 'lastYear', word: words.report.lastYear },
  ] as const
  const rows = report.levels.flatMap((one): Row[] =>
    periods.map(({ name, word }) => ({
      now: name === 'now',
      cells: [
        name === 'now' ? levelName(one.level, words) : '',
        word,
        ...levelColumns.map((column) => {
          const counts = one[name]
          return counts ? showWhole(counts, column) : '—'
        }),
      ],
    })),
  )
  const heads = [
    words.figures.level.label,
    words.report.when,
    ...levelColumns.map((name) => words.figures.name[name]),
  ]
  return {
    unbreakable: true,
    stack: [table(words.report.levels, heads, rows, [84, 52]), hint(words.report.levelsHint)],
  }
}

function charts(report: MonthlyReport, words: PaperWords, draw: Draw): Content[] {
  const titled = (title: string, option: EChartsOption, height: number): Content => ({
    margin: [0, 14, 0, 0],
    unbreakable: true,
    stack: [
      { text: title, bold: true, fontSize: 11, margin: [0, 0, 0, 4] },
      { svg: draw(option, width, height) },
    ],
  })
  const periods = {
    level: (n: number) => renderText(words.level, { n }),
    before: words.report.before,
    lastYear: words.report.lastYear,
  }
  const bars = {
    proven: words.figures.name.provenCoverage,
    stated: words.figures.name.statedCoverage,
    noDepartment: words.report.noDepartment,
  }
  const departments = report.levels[0]?.departments ?? []
  const parts = Math.ceil(departments.length / departmentsInChart)
  const each = Math.ceil(departments.length / parts)
  return [
    titled(words.report.chart.overTime, coverageOverTime(report, periods, light), 160),
    ...Array.from({ length: parts }, (_, part) => {
      const some = departments.slice(part * each, (part + 1) * each)
      const option = coverageByDepartment(some, bars, light)
      return titled(words.report.chart.byDepartment, option, 60 + some.length * 17)
    }),
  ]
}

function departmentSections(report: MonthlyReport, words: PaperWords): Content[] {
  const heads = [
    words.figures.department,
    ...departmentColumns.map((name) => words.figures.name[name]),
    words.report.change,
    ...rateColumns.map((name) => words.figures.name[name]),
    ...proofClass.options.map((proof) => words.evidence[proof]),
  ]
  return listedLevels(report).map((one) =>
    table(
      renderText(words.report.departments, { level: levelName(one.level, words) }),
      heads,
      one.departments.map(({ departmentName, now, before, proof }) => ({
        cells: [
          departmentName ?? words.report.noDepartment,
          ...departmentColumns.map((name) => showWhole(now, name)),
          changeText(now.coverage, before?.coverage ?? null),
          ...rateColumns.map((name) => showWhole(now, name)),
          ...proofClass.options.map((name) => String(proof[name])),
        ],
      })),
      [84],
    ),
  )
}

function redFlagSection({ redFlags }: MonthlyReport, words: PaperWords): Content[] {
  const line = (label: string, flags: RedFlags, last = false): Row => ({
    cells: [label, ...flagColumns.map((name) => flagText(flags[name]))],
    last,
    now: last,
  })
  return [
    table(
      words.report.redFlags,
      [words.figures.department, ...flagColumns.map((name) => words.report.flag[name])],
      [
        ...redFlags.departments.map((one) => line(one.departmentName ?? words.report.noDepartment, one.now)),
        line(words.figures.total, redFlags.now, true),
        line(words.report.before, redFlags.before, true),
        line(words.report.lastYear, redFlags.lastYear, true),
      ],
      [120],
    ),
    hint(words.report.redFlagsHint),
  ]
}

function doctorSection({ doctors, scoreMinimum }: MonthlyReport, words: PaperWords): Content[] {
  const rows = doctors.map(({ staffName, departmentName, now }): Row => {
    const score = now.spotCheck
    return {
      cells: [
        staffName,
        departmentName ?? words.report.noDepartment,
        ...doctorColumns.map((name) => show(now, name)),
        now.checked === 0
          ? '—'
          : !score
            ? { text: renderText(words.tooFew, { n: now.checked }), color: light.textSecondary }
            : `${percent(score.value)}（${percent(score.low)}–${percent(score.high)}）`,
      ],
    }
  })
  const heads = [
    words.figures.doctor,
    words.figures.department,
    ...doctorColumns.map((name) => words.figures.name[name]),
    words.figures.spotCheck,
  ]
  return [
    rows.length === 0
      ? {
          margin: [0, 14, 0, 0],
          stack: [{ text: words.report.spotChecks, bold: true, fontSize: 11 }, hint(words.report.noChecks)],
          unbreakable: true,
        }
      : table(words.report.spotChecks, heads, rows, [90, 100]),
    hint(renderText(words.report.spotChecksHint, { n: scoreMinimum })),
  ]
}
