import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { LoadCell } from '../../../contract/appointment-load.ts'
import { percent } from '../../format/number.ts'
import { HeatTable } from '../../ui/HeatTable.tsx'
import { LoadLink } from './LoadLink.tsx'
import type { LoadScope } from './load-scope.ts'
import { useLoadText } from './useLoadText.ts'

/** Shares from which an hour is drawn as nearly full, and below which as hardly used; CareLoop choice. */
const [busyFrom, idle] = [0.75, 0.4]
const heatOf = (share: number) => (share >= busyFrom ? 'high' : share >= idle ? 'some' : 'low')

/** Which hours of the week are full and which are idle: a heat map of days and hours that is a table, so that it is read, printed and opened like one. */
export function LoadHours({ hours, scope }: { hours: LoadCell[]; scope: LoadScope }) {
  const { t } = useTranslation()
  const { weekday } = useLoadText()
  const axes = useMemo(() => {
    const at = hours.map((one) => one.hour)
    const [first, last] = [Math.min(...at), Math.max(...at)]
    return {
      hours: Array.from({ length: last - first + 1 }, (_, index) => first + index),
      days: Array.from({ length: Math.max(5, ...hours.map((one) => one.weekday)) }, (_, index) => index + 1),
    }
  }, [hours])
  return (
    <section className="panel">
      <h2>{t('clinicLoad.hours')}</h2>
      <HeatTable
        label={t('clinicLoad.hours')}
        columns={axes.hours.map((hour) => t('clinicLoad.hour', { hour }))}
        rows={axes.days.map((day) => ({
          name: weekday(day),
          cells: axes.hours.map((at) => {
            const cell = hours.find((one) => one.weekday === day && one.hour === at)
            if (!cell) return null
            const share = percent(cell.used / cell.open)
            return {
              heat: heatOf(cell.used / cell.open),
              title: t('clinicLoad.cell', { ...cell, weekday: weekday(day), share }),
              content: (
                <LoadLink
                  scope={scope}
                  n={cell.used}
                  at={{ measure: 'used', weekday: day, hourFrom: at, hourTo: at + 1 }}
                >
                  {share}
                </LoadLink>
              ),
            }
          }),
        }))}
      />
    </section>
  )
}
