import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { choices } from '../../ui/fields.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

/** The hospital whose clinics are on the screen, one of them, always; and the department, at first one's own. */
export function useClinicSite() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters] = useFilters()
  const reached = useCall(listSites, { query: { within: 'schedule.read' } })
  const places = useCall(listSites)
  const siteIds = new Set(
    [...(reached.data?.sites ?? []), ...(reached.data?.departments ?? [])].map((one) =>
      'siteId' in one ? one.siteId : one.id,
    ),
  )
  const sites = (places.data?.sites ?? []).filter((one) => siteIds.has(one.id))
  const site = sites.find((one) => String(one.id) === first(filters['site'])) ?? sites[0]
  const departments = (places.data?.departments ?? []).filter((one) => one.active && one.siteId === site?.id)
  const own = departments.find((one) => me.grants.some((grant) => grant.departmentId === one.id))
  const asked = first(filters['departmentId'])
  const sitePicker = sites.length > 1 && (
    <SelectFilter
      label={t('settings.site')}
      of="site"
      initial={site && String(site.id)}
      options={choices(sites)}
      clears={['departmentId']}
    />
  )
  return {
    siteId: site?.id,
    sitePicker,
    departments,
    departmentId: asked === undefined ? own?.id : Number(asked) || undefined,
    places: reached.isError ? reached : places,
    pickers: (
      <>
        {sitePicker}
        <SelectFilter
          label={t('appointments.department')}
          of="departmentId"
          initial={own ? String(own.id) : 'all'}
          options={[{ value: 'all', text: t('appointments.allDepartments') }, ...choices(departments)]}
        />
      </>
    ),
  }
}
