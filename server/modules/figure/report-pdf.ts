import { fileURLToPath } from 'node:url'
import { BarChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use as register } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import pdfmake from 'pdfmake'
import type { MonthlyReport } from '../../../contract/report.ts'
import { light } from '../../../web/theme/tokens.ts'
import { type Draw, reportDocument } from './report-paper.ts'
import { type PaperLanguage, wordsOf } from './report-words.ts'

/** Input of the rendering thread. */
export type PaperData = { report: MonthlyReport; language: PaperLanguage }

const fonts = new URL('../fonts/', import.meta.resolve('@embedpdf/fonts-sc'))
const font = (weight: 'Regular' | 'Bold') => fileURLToPath(new URL(`NotoSansHans-${weight}.otf`, fonts))
const [normal, bold] = [font('Regular'), font('Bold')]
/** There are no italic Chinese fonts; upright ones take their place. */
pdfmake.setFonts({ Noto: { normal, bold, italics: normal, bolditalics: bold } })
// Documents refer only to their fonts: no other file is read, nothing is fetched.
pdfmake.setLocalAccessPolicy((path) => path === normal || path === bold)
pdfmake.setUrlAccessPolicy(() => false)

register([BarChart, GridComponent, LegendComponent, SVGRenderer])

const small = { axisLabel: { fontSize: 8 } }
const legend = { itemWidth: 14, itemHeight: 8, textStyle: { fontSize: 8 } }
/** Font sizes for paper. */
const theme = { categoryAxis: small, valueAxis: small, legend }

/** A chart as SVG, in points. */
const draw: Draw = (option, width, height) => {
  const chart = init(null, theme, { renderer: 'svg', ssr: true, width, height })
  const quiet: EChartsCoreOption = {
    ...option,
    animation: false,
    silent: true,
    textStyle: { fontFamily: 'Noto', color: light.textSecondary },
  }
  chart.setOption(quiet)
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** The report as PDF: A4, with embedded font subsets, so that it looks the same everywhere. Takes about a second of CPU. */
export async function drawReport({ report, language }: PaperData): Promise<Uint8Array> {
  return pdfmake.createPdf(reportDocument(report, wordsOf(language), language, draw)).getBuffer()
}
