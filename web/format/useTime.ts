import { useTranslation } from 'react-i18next'
import { day, moment, relative } from './time.ts'

export function useTime() {
  const { t } = useTranslation()
  const weekdays = t('common.weekdays').split(' ')
  return {
    moment: (at: string | Date) => moment(new Date(at), weekdays),
    day: (at: string | Date) => day(new Date(at), weekdays),
    relative: (at: string | Date) => relative(new Date(at), (key, n) => t(`common.time.${key}`, { n })),
  }
}
