import { listCaseCategories } from '../../../contract/case-setup.ts'
import { listSites } from '../../../contract/setting.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import type { Choice } from '../../ui/field/choice.ts'

/** Sites, departments and categories for filters and forms about cases; a category says what it lies below. */
export function useCasePlaces(siteId?: number) {
  const shipped = useShipped()
  const places = useCall(listSites)
  const categories = useCall(listCaseCategories, { query: siteId ? { siteId } : {} })
  const items = categories.data?.items ?? []
  const categoryChoices: Choice[] = items.map((one) => {
    const parent = items.find((other) => other.id === one.parentId)
    return {
      value: String(one.id),
      text: [parent && shipped(parent.name), shipped(one.name)].filter(Boolean).join(' › '),
    }
  })
  const departments = (places.data?.departments ?? []).filter(
    (one) => one.active && (!siteId || one.siteId === siteId),
  )
  return {
    sites: places.data?.sites ?? [],
    departments,
    departmentChoices: departments.map((one): Choice => ({ value: String(one.id), text: one.name })),
    categoryChoices,
  }
}
