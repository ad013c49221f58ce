import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { exportAppointmentLoad, getAppointmentLoad } from '../../../contract/appointment-load.ts'
import { addressOf } from '../../api.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import '../figure/figure.css'
import './appointment.css'
import { LoadFilters } from './LoadFilters.tsx'
import { LoadForecast } from './LoadForecast.tsx'
import { LoadHeadline } from './LoadHeadline.tsx'
import { LoadHours } from './LoadHours.tsx'
import { LoadLink } from './LoadLink.tsx'
import { readLoadScope } from './load-scope.ts'
import { LoadTable } from './LoadTable.tsx'
import { useClinicSite } from './useClinicSite.tsx'

/** Whether clinics have the places that people need, are used, and are on time; and what to open. */
export default function LoadPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters] = useFilters()
  const place = useClinicSite()
  const { siteId, departmentId } = place
  const scope = useMemo(
    () => readLoadScope(filters, new Date(), { siteId, departmentId }),
    [filters, siteId, departmentId],
  )
  const { query } = scope
  const reversed = query.to < query.from
  const load = useCall(
    getAppointmentLoad,
    { query },
    { enabled: siteId !== undefined && !reversed, placeholderData: (previous) => previous },
  )
  const { data } = load
  return (
    <div className="page figures clinic-load">
      <PageHeader
        title={t('clinicLoad.title')}
        extra={
          <>
            <Button onClick={() => window.print()}>
              <PrinterOutlined aria-hidden /> {t('clinicLoad.print')}
            </Button>
            {may(me, 'figure.export') && siteId !== undefined && !reversed && (
              <Button href={addressOf(exportAppointmentLoad, { query })} download>
                <DownloadOutlined aria-hidden /> {t('clinicLoad.export')}
              </Button>
            )}
          </>
        }
      >
        <LoadFilters scope={scope} place={place} />
        <p className="figures-scope secondary small">{`${query.from}～${query.to}`}</p>
      </PageHeader>
      {reversed ? (
        <EmptyState title={t('common.field.reversed')} />
      ) : place.places.isError ? (
        <Unloaded query={place.places} />
      ) : load.isError || !data ? (
        <Unloaded query={load} height={480} />
      ) : (
        <div
          aria-busy={load.isPlaceholderData}
          className={load.isPlaceholderData ? 'stack is-stale' : 'stack'}
        >
          <LoadHeadline total={data.total} scope={scope} />
          {data.total.open === 0 && data.total.counts.all === 0 ? (
            <EmptyState title={t('clinicLoad.none')} hint={t('clinicLoad.noneHint')} />
          ) : (
            <>
              <LoadTable load={data} scope={scope} source={load} />
              <div className="figures-charts">
                {data.hours.length > 0 && <LoadHours hours={data.hours} scope={scope} />}
                <section className="panel" aria-label={t('clinicLoad.cancelled')}>
                  <div className="panel-head">
                    <h2>{t('clinicLoad.cancelled')}</h2>
                  </div>
                  <PlainTable
                    className="numbers"
                    columns={[
                      t('clinicLoad.cancelledColumns.by'),
                      t('clinicLoad.cancelledColumns.cancelled'),
                      t('clinicLoad.cancelledColumns.late'),
                    ]}
                    rows={data.cancelledBy.map(({ by, cancelled, late }) => [
                      t(`appointments.by.${by}`),
                      <LoadLink
                        key="all"
                        scope={scope}
                        n={cancelled}
                        at={{ measure: 'cancelled', cancelledBy: by }}
                      >
                        {cancelled}
                      </LoadLink>,
                      <LoadLink key="late" scope={scope} n={late} at={{ measure: 'late', cancelledBy: by }}>
                        {late}
                      </LoadLink>,
                    ])}
                  />
                </section>
              </div>
            </>
          )}
          <LoadForecast scope={scope} />
        </div>
      )}
    </div>
  )
}
