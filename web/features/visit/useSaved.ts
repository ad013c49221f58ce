import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { useExplain } from '../../ui/useExplain.ts'
import { refreshVisits } from './refresh.ts'

/** What follows when base, zone, vehicle or team was saved, or was refused. */
export function useSaved(onClose: () => void) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  return {
    onSuccess: () => {
      void message.success(t('visits.setupSaved'))
      refreshVisits()
      onClose()
    },
    onError: (error: Error) => void message.error(explain(error)),
  }
}
