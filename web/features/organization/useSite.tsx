import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { choices } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { first, useFilters } from '../../ui/filters.ts'

/** The site whose settings or calendar are on the screen, from the address; none: those of all sites. */
export function useSite() {
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const sites = useCall(listSites).data?.sites ?? []
  const site = sites.find((one) => String(one.id) === first(filters['site']))
  const reach = me.permissions['setting.write']
  return {
    siteId: site?.id,
    sites,
    /** Who administers one site changes that site's only; whose it is, the server says. */
    mayEdit: reach === 'all' || (reach === 'site' && site !== undefined),
    choose: (site: string | undefined) => setFilters({ site }),
  }
}

/** Chooses all sites or one; a hospital with one site has nothing to choose. */
export function SitePicker({
  siteId,
  sites,
  choose,
}: Pick<ReturnType<typeof useSite>, 'siteId' | 'sites' | 'choose'>) {
  const { t } = useTranslation()
  if (sites.length < 2) return null
  return (
    <div className="site-picker">
      <div className="filter-bar">
        <SelectFilter
          label={t('settings.site')}
          all={t('settings.everySite')}
          value={siteId?.toString()}
          options={choices(sites)}
          onChange={choose}
        />
      </div>
      {siteId !== undefined && <p className="secondary small">{t('settings.siteHint')}</p>}
    </div>
  )
}
