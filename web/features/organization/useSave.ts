import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import type { RouteContract } from '../../../contract/route.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

/** Saves something of the organisation and shows the new state wherever sites, departments and staff appear. */
export function useSave<C extends RouteContract>(contract: C, doneText: string, onDone?: () => void) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  return useAct(contract, {
    onSuccess: () => {
      void message.success(doneText || t('settings.organization.saved'))
      void queryClient.invalidateQueries({ queryKey: keyOf(listSites) })
      void queryClient.invalidateQueries({ queryKey: keyOf(listStaff) })
      onDone?.()
    },
    onError: (error) => void message.error(explain(error)),
  })
}
