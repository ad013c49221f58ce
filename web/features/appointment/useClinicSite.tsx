import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { choices } from '../../ui/fields.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

/** The hospital whose clinics are on the screen; one of them, always. */
export function useClinicSite() {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const places = useCall(listSites, { query: { within: 'schedule.read' } })
  const sites = places.data?.sites ?? []
  const site = sites.find((one) => String(one.id) === first(filters['site'])) ?? sites[0]
  const departments = (places.data?.departments ?? []).filter((one) => one.active && one.siteId === site?.id)
  return {
    siteId: site?.id,
    departments,
    places,
    picker: sites.length > 1 && (
      <SelectFilter
        label={t('settings.site')}
        of="site"
        initial={site && String(site.id)}
        options={choices(sites)}
        clears={['departmentId']}
      />
    ),
  }
}
