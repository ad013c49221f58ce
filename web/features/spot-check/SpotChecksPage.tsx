import '../figure/figure.css'
import './spot-check.css'
import { Button, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import { getSpotChecks } from '../../../contract/spot-check.ts'
import { isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { MonthFilter } from '../../ui/DateFilter.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { CheckList } from './CheckList.tsx'
import { DoctorTable } from './DoctorTable.tsx'
import { DrawDialog } from './DrawDialog.tsx'

/** `YYYY-MM` of the month before this one: the last whose results are all in. */
export function lastMonth(today = new Date()): string {
  return isoDay(new Date(today.getFullYear(), today.getMonth() - 1, 1)).slice(0, 7)
}

/** The sample of a month: how every doctor stands, and the single checks. */
export default function SpotChecksPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const [drawing, setDrawing] = useState(false)
  const places = useCall(listSites, { query: { within: 'spot-check.read' } })
  const sites = places.data?.sites ?? []
  const asked = Number(first(filters['siteId']))
  const siteId =
    sites.find((site) => site.id === asked)?.id ??
    me.grants.find((grant) => grant.siteId !== null)?.siteId ??
    sites[0]?.id
  const wanted = first(filters['month'])
  const month = wanted && /^\d{4}-(0[1-9]|1[0-2])$/.test(wanted) ? wanted : lastMonth()
  const checks = useCall(
    getSpotChecks,
    { query: { siteId: siteId ?? 0, month } },
    { enabled: siteId !== undefined },
  )
  const { data } = checks

  return (
    <div className="page spot-checks">
      <PageHeader
        title={t('spotChecks.title')}
        extra={
          data?.mayDraw && (
            <Button type="primary" onClick={() => setDrawing(true)}>
              {t('spotChecks.draw')}
            </Button>
          )
        }
      >
        <p className="secondary">{t('spotChecks.hint')}</p>
        <div className="filter-bar">
          <MonthFilter label={t('spotChecks.month')} of="month" initial={month} clears={['staffId']} />
          {sites.length > 1 && (
            <SelectFilter
              label={t('figures.site')}
              of="siteId"
              initial={siteId === undefined ? undefined : String(siteId)}
              options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
              clears={['staffId']}
            />
          )}
          {data?.draw && (
            <span className="secondary small">
              {t('spotChecks.drawnBy', { name: data.draw.drawnByName })}{' '}
              <TimeText at={data.draw.drawnAt} show="moment" />
              {data.draw.notCallable > 0 &&
                ` · ${t('spotChecks.notCallable', { n: data.draw.notCallable })}`}{' '}
              <Popover
                trigger="click"
                title={t('spotChecks.how')}
                content={
                  <div className="figure-how">
                    <p>{t('spotChecks.howText', { n: data.scoreMinimum })}</p>
                    <p className="secondary small">
                      {t('spotChecks.seed')} <code className="mono">{data.draw.seed}</code>
                    </p>
                  </div>
                }
              >
                <button type="button" className="plain-button">
                  {t('spotChecks.how')}
                </button>
              </Popover>
            </span>
          )}
        </div>
      </PageHeader>
      {checks.isError || !data ? (
        <Unloaded query={checks} />
      ) : (
        <div className="stack">
          {data.doctors.length > 0 ? (
            <DoctorTable
              doctors={data.doctors}
              chosen={Number(first(filters['staffId']))}
              onChoose={(staffId) =>
                setFilters({ staffId: staffId === undefined ? undefined : String(staffId) })
              }
            />
          ) : (
            <EmptyState
              title={t(data.draw ? 'spotChecks.noneHere' : 'spotChecks.notDrawn')}
              hint={t(data.mayDraw ? 'spotChecks.notDrawnHint' : 'spotChecks.waitHint')}
            />
          )}
          <CheckList
            siteId={siteId}
            month={month}
            filters={filters}
            onFilter={setFilters}
            appealDays={data.appealDays}
          />
        </div>
      )}
      {drawing && siteId !== undefined && (
        <DrawDialog siteId={siteId} month={month} onClose={() => setDrawing(false)} />
      )}
    </div>
  )
}
