import { useTranslation } from 'react-i18next'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })

/** `HH:mm` of minutes after midnight. */
export function clockOf(minutes: number): string {
  const all = Math.round(minutes)
  return `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(all % 60).padStart(2, '0')}`
}

/** Distances, times and money of visits in the reader's words. */
export function useAmounts() {
  const { t } = useTranslation()
  return {
    km: (km: number) => t('visits.kmValue', { n: km < 100 ? tenths.format(km) : whole.format(km) }),
    time: (minutes: number) =>
      t('visits.hm', { h: Math.floor(Math.round(minutes) / 60), m: Math.round(minutes) % 60 }),
    money: (amount: number | null) => (amount === null ? '—' : t('visits.yuan', { n: whole.format(amount) })),
  }
}
