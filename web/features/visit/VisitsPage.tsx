import './visit.css'
import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { getVisitSetup } from '../../../contract/visit.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { MadePanel } from './MadePanel.tsx'
import { OpenPanel } from './OpenPanel.tsx'
import { SetupPanel } from './SetupPanel.tsx'

const tabs = ['plan', 'made', 'setup'] as const

/** Home visits of a site: planning, what was made and what it cost, and what planning goes by. */
export default function VisitsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const places = useCall(listSites, { query: { within: 'visit.read' } })
  const own = me.grants.flatMap((grant) => grant.siteId ?? [])
  const sites = (places.data?.sites ?? []).filter(
    (site) => me.permissions['visit.read'] === 'all' || own.includes(site.id),
  )
  const asked = Number(first(filters['siteId']))
  const siteId = sites.find((site) => site.id === asked)?.id ?? sites[0]?.id
  const tab = tabs.find((one) => one === first(filters['tab'])) ?? 'plan'
  const setup = useCall(getVisitSetup, { query: { siteId: siteId ?? 0 } }, { enabled: siteId !== undefined })
  const panel = () => {
    if (!setup.data || siteId === undefined) return null
    if (tab === 'made') return <MadePanel siteId={siteId} setup={setup.data} />
    if (tab === 'setup') return <SetupPanel key={siteId} siteId={siteId} setup={setup.data} />
    return <OpenPanel key={siteId} siteId={siteId} setup={setup.data} />
  }

  return (
    <div className="page">
      <PageHeader
        title={t('visits.title')}
        extra={
          // Another page: it must start without the rest of the app when there is no line.
          may(me, 'visit.work') && <a href="/visits/today">{t('visits.today')}</a>
        }
      >
        <p className="secondary">{t('visits.hint')}</p>
        <div className="filter-bar">
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={one === tab}
              onClick={() => setFilters({ tab: one })}
            >
              {t(`visits.tab.${one}`)}
            </button>
          ))}
          {sites.length > 1 && (
            <SelectFilter
              label={t('visits.site')}
              of="siteId"
              initial={siteId === undefined ? undefined : String(siteId)}
              options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
            />
          )}
        </div>
      </PageHeader>
      {setup.isError || !setup.data ? <Unloaded query={setup} /> : panel()}
    </div>
  )
}
