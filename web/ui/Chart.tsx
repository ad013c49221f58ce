import type { EChartsOption } from 'echarts'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { palette, useAppearance } from '../theme/appearance.ts'
import { type Palette, fontFamily, light, sizes } from '../theme/tokens.ts'
import { PlainTable } from './PlainTable.tsx'

type ChartProps = {
  title: string
  /** Built anew for each palette, so that a chart follows dark mode. */
  option: (colours: Palette) => EChartsOption
  /** The same content as rows, for those who would rather read, and for screen readers. */
  table: { columns: string[]; rows: ReactNode[][] }
  height?: number
  /** Beside the title: a choice of what is shown. */
  extra?: ReactNode
  /** Stands on a sheet of paper: light whatever the app's colours, and without the switch to a table. */
  paper?: boolean
  /** Index of the clicked item. */
  onSelect?: (index: number) => void
}

/** One question per chart. ECharts is fetched when the first chart is shown. */
export function Chart({ title, option, table, height = 280, extra, paper = false, onSelect }: ChartProps) {
  const { t } = useTranslation()
  const appearance = useAppearance()
  const [asTable, setAsTable] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef(onSelect)
  useEffect(() => {
    latest.current = onSelect
  })

  useEffect(() => {
    const element = box.current
    if (!element || asTable) return
    let dispose = () => {}
    let stale = false
    void import('./echarts.ts').then(({ init }) => {
      if (stale) return
      const colours = paper ? light : palette()
      const chart = init(element, null, { renderer: 'svg' })
      chart.setOption({
        animation: false,
        textStyle: { fontFamily, color: colours.textSecondary, fontSize: sizes[appearance.size].small },
        color: [colours.primary, colours.info, colours.warning, colours.success, colours.danger],
        tooltip: {
          trigger: 'axis',
          backgroundColor: colours.surface,
          borderColor: colours.border,
          textStyle: { color: colours.text },
        },
        ...option(colours),
      })
      chart.on('click', (event) => latest.current?.(event.dataIndex))
      const observer = new ResizeObserver(() => chart.resize())
      observer.observe(element)
      dispose = () => {
        observer.disconnect()
        chart.dispose()
      }
    })
    return () => {
      stale = true
      dispose()
    }
  }, [option, asTable, appearance, paper])

  return (
    <section className="panel chart" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
        {extra}
        {!paper && (
          <button type="button" className="plain-button small" onClick={() => setAsTable(!asTable)}>
            {asTable ? t('common.showChart') : t('common.showTable')}
          </button>
        )}
      </div>
      {asTable ? (
        <PlainTable {...table} />
      ) : (
        <div ref={box} style={{ height }} role="img" aria-label={title} />
      )}
    </section>
  )
}
