import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { endProxyOf, listProxies, listReports, releaseReport } from '../../../contract/portal-staff.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'

const ProxyDialog = lazy(() => import('./ProxyDialog.tsx'))
/** Reports shown before somebody asks for all of them. */
const first = 5

/** What the patient can read at the portal, what waits for a doctor, and who acts for the patient there. */
export function PortalPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  const [all, setAll] = useState(false)
  const [adding, setAdding] = useState(false)
  const params = { id: person.id }
  const reports = useCall(listReports, { params })
  const proxies = useCall(listProxies, { params })
  const release = useDo(releaseReport, { stale: [listReports] })
  const end = useDo(endProxyOf, { stale: [listProxies] })
  const items = reports.data?.items ?? []
  // What waits for somebody comes first.
  const sorted = items.toSorted((a, b) => Number(b.state === 'held') - Number(a.state === 'held'))
  const acting = proxies.data?.items ?? []
  return (
    <section className="panel" aria-label={t('portalStaff.title')}>
      <div className="panel-head">
        <h2>{t('portalStaff.title')}</h2>
        {person.abilities.write && (
          <button type="button" className="plain-button" onClick={() => setAdding(true)}>
            {t('portalStaff.add')}
          </button>
        )}
      </div>
      {reports.isError && <ErrorState error={reports.error} onRetry={() => void reports.refetch()} />}
      {reports.isSuccess && items.length === 0 && (
        <p className="secondary small">{t('portalStaff.noReport')}</p>
      )}
      <ul className="row-list">
        {sorted.slice(0, all ? sorted.length : first).map((one) => (
          <li key={one.id}>
            <div>
              {one.title}{' '}
              <StatusTag tone={one.state === 'held' ? 'warning' : 'neutral'}>
                {t(`portalStaff.state.${one.state === 'held' ? one.needs : one.read ? 'read' : 'open'}`)}
              </StatusTag>
              <p className="secondary small">
                {[time.moment(one.at), one.abnormal > 0 && t('portalStaff.abnormal', { n: one.abnormal })]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {person.abilities.write && one.state === 'held' && (
              <Button
                disabled={release.isPending}
                onClick={() =>
                  release.mutate({
                    params: { id: person.id, reportId: one.id },
                    body: { how: one.needs === 'talked' ? 'talked' : 'seen' },
                  })
                }
              >
                {t(one.needs === 'talked' ? 'portalStaff.talked' : 'portalStaff.seen')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!all && items.length > first && (
        <button type="button" className="plain-button" onClick={() => setAll(true)}>
          {t('portalStaff.all', { n: items.length })}
        </button>
      )}
      {acting.length > 0 && (
        <ul className="row-list" aria-label={t('portalStaff.proxies')}>
          {acting.map((one) => (
            <li key={one.id}>
              <div>
                {one.name} · {t(`portalStaff.kind.${one.kind}`)}
                <p className="secondary small">
                  {[
                    one.reference,
                    one.recordedByName,
                    one.until && t('portalStaff.until', { day: one.until }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </div>
              {person.abilities.write && (
                <Button
                  disabled={end.isPending}
                  onClick={() => end.mutate({ params: { id: person.id, proxyId: one.id } })}
                >
                  {t('portalStaff.end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Suspense fallback={null}>
        {adding && <ProxyDialog person={person} onClose={() => setAdding(false)} />}
      </Suspense>
    </section>
  )
}
