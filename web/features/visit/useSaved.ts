import { useTranslation } from 'react-i18next'
import { refreshVisits } from './refresh.ts'

/** What follows when base, zone, vehicle or team was saved. */
export function useSaved(onClose: () => void) {
  const { t } = useTranslation()
  return {
    done: t('visits.setupSaved'),
    onDone: () => {
      refreshVisits()
      onClose()
    },
  }
}
