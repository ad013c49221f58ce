import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { getGroup, listGroupMembers, listGroups } from '../../../contract/group.ts'
import { getPerson } from '../../../contract/person.ts'
import type { RouteContract } from '../../../contract/route.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

/** Saves something of a group customer and shows the new state wherever it appears. */
export function useSaveGroup<C extends RouteContract>(contract: C, onDone: () => void) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  return useAct(contract, {
    onSuccess: () => {
      void message.success(t('groups.saved'))
      for (const stale of [getGroup, listGroups, listGroupMembers, getPerson])
        void queryClient.invalidateQueries({ queryKey: keyOf(stale) })
      onDone()
    },
    onError: (error) => void message.error(explain(error)),
  })
}
