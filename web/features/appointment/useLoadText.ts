import { useTranslation } from 'react-i18next'
import { nothing } from '../../format/number.ts'
import { useWeekdays } from './useWeekdays.ts'

const tenths = (value: number) => String(Math.round(value * 10) / 10)

/** Words for the numbers of the load of clinics. */
export function useLoadText() {
  const { t } = useTranslation()
  const weekdays = useWeekdays()
  return {
    tenths,
    days: (value: number | null) => (value === null ? nothing : t('clinicLoad.days', { n: tenths(value) })),
    minutes: (value: number | null) =>
      value === null ? nothing : t('clinicLoad.minutes', { n: Math.round(value) }),
    weekday: (iso: number) => weekdays[iso - 1] ?? '',
  }
}
