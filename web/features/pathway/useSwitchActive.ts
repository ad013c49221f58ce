import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { type PathwaySummary, getPathway, listPathways, updatePathway } from '../../../contract/pathway.ts'
import { call } from '../../api.ts'
import { keyOf, queryClient } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

/** Asks, switches entry into a pathway on or off, and shows the new state everywhere. */
export function useSwitchActive() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const explain = useExplain()
  const { message, modal } = App.useApp()
  return (pathway: PathwaySummary) =>
    void modal.confirm({
      title: t(pathway.active ? 'pathways.switchOff' : 'pathways.switchOn', { name: shipped(pathway.name) }),
      content: t('pathways.switchHint', { n: pathway.openEnrollments }),
      okText: t(pathway.active ? 'pathways.turnOff' : 'pathways.turnOn'),
      cancelText: t('common.cancel'),
      onOk: async () => {
        try {
          await call(updatePathway, { params: { id: pathway.id }, body: { active: !pathway.active } })
          void message.success(t('pathways.switched'))
          void queryClient.invalidateQueries({ queryKey: keyOf(listPathways) })
          void queryClient.invalidateQueries({ queryKey: keyOf(getPathway) })
        } catch (error) {
          void message.error(explain(error))
        }
      },
    })
}
