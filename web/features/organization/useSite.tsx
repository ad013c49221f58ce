import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { PickField } from '../../ui/fields.ts'
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
    choose: (id: string) => setFilters({ site: id || undefined }),
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
      <PickField
        label={t('settings.site')}
        value={siteId === undefined ? '' : String(siteId)}
        none={t('settings.everySite')}
        options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={choose}
      />
      {siteId !== undefined && <p className="secondary small">{t('settings.siteHint')}</p>}
    </div>
  )
}
