import { useTranslation } from 'react-i18next'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import type { FigureScope } from './period.ts'

/** Whose discharges are counted, as one would say it: the doctor, the department, the site; else 本人, 本科, 全院. */
export function useScopeWords({ query }: FigureScope): string {
  const { t } = useTranslation()
  const reach = useMe().permissions['figure.read']
  const { sites = [], departments = [] } = useCall(listSites, { query: { within: 'figure.read' } }).data ?? {}
  const { departmentId, attendingStaffId, siteId } = query
  const staff = useCall(
    listStaff,
    { query: { within: 'figure.read', limit: 200, ...(departmentId ? { departmentId } : {}) } },
    { enabled: attendingStaffId !== undefined },
  )
  const chosen =
    staff.data?.items.find((one) => one.id === attendingStaffId) ??
    departments.find((one) => one.id === departmentId) ??
    sites.find((one) => one.id === siteId)
  if (chosen) return chosen.name
  if (reach === 'own') return t('figures.scope.own')
  const [only, ...more] = reach === 'department' ? departments : sites
  if (!only || more.length > 0) return t(`figures.scope.${reach === 'department' ? 'departments' : 'all'}`)
  return t(`figures.scope.${reach === 'department' ? 'department' : 'site'}`, { name: only.name })
}
