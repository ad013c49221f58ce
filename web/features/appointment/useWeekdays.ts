import { useTranslation } from 'react-i18next'

/** Words of the days of the week from Monday. */
export function useWeekdays(): string[] {
  const { t } = useTranslation()
  const [sunday = '', ...others] = t('common.weekdays').split(' ')
  return [...others, sunday]
}
