import { useTranslation } from 'react-i18next'
import { listSites, listStaff } from '../../../contract/setting.ts'

/** What every change of the organisation says, and where its new state appears. */
export function useOrganizationSaved(onDone: () => void) {
  const { t } = useTranslation()
  return { done: t('settings.organization.saved'), stale: [listSites, listStaff], onDone }
}
