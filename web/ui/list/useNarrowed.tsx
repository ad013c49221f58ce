import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../filters.ts'
import type { ListTableProps } from './ListTable.tsx'

/** Names in the address that do not narrow a list. */
const notFilters = ['view', 'tab', 'sort', 'columns', 'open', 'message', 'out']

/** Whether the address narrows the list: the way back to all of it, and what an empty list then says. */
export function useNarrowed() {
  const { t } = useTranslation()
  const [address, setFilters] = useFilters()
  const names = Object.keys(address).filter((key) => !notFilters.includes(key) && address[key] !== undefined)
  const clear = names.length > 0 && (
    <Button type="link" onClick={() => setFilters(Object.fromEntries(names.map((key) => [key, undefined])))}>
      {t('common.clearFilters')}
    </Button>
  )
  return {
    clear,
    emptyOf: (empty: ListTableProps<unknown>['empty']) =>
      clear ? { title: t('common.list.noneFit'), hint: t('common.list.noneFitHint'), action: clear } : empty,
  }
}
