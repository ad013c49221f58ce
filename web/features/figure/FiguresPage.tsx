import { LinkButton } from '../../ui/LinkButton.tsx'
import { Button } from 'antd'
import './figure.css'
import { DownloadOutlined, FileTextOutlined, PrinterOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { exportFollowUpFigures, getFollowUpFigures } from '../../../contract/figure.ts'
import { addressOf } from '../../api.ts'
import { count } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { useFilters } from '../../ui/filters.ts'
import { FigureFilters } from './FigureFilters.tsx'
import { GroupChart } from './GroupChart.tsx'
import { GroupTable } from './GroupTable.tsx'
import { Headline } from './Headline.tsx'
import { TrendChart } from './TrendChart.tsx'
import { type RowsAt, rowsSearch } from './rows.ts'
import { readScope, startOf } from './period.ts'
import { useScopeWords } from './useScopeWords.ts'

export default function FiguresPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const [filters, setFilters] = useFilters()
  const start = startOf(me.permissions['figure.read'])
  const scope = useMemo(() => readScope(filters, new Date(), start), [filters, start])
  const place = useScopeWords(scope)
  const reversed = scope.query.to < scope.query.from
  const figures = useCall(
    getFollowUpFigures,
    { query: scope.query },
    { placeholderData: (previous) => previous, enabled: !reversed },
  )
  const { data } = figures
  const openRows = (at: RowsAt) =>
    void navigate({ to: '/figures/rows', search: rowsSearch(scope, at) as never })

  return (
    <div className="page figures">
      <PageHeader
        title={t('figures.title')}
        extra={
          <>
            <LinkButton to="/figures/report">
              <FileTextOutlined aria-hidden /> {t('figures.report')}
            </LinkButton>
            <Button onClick={() => window.print()}>
              <PrinterOutlined aria-hidden /> {t('figures.print')}
            </Button>
            {may(me, 'figure.export') && (
              <Button href={addressOf(exportFollowUpFigures, { query: scope.query })} download>
                <DownloadOutlined aria-hidden /> {t('figures.exportXlsx')}
              </Button>
            )}
          </>
        }
      >
        <FigureFilters scope={scope} start={start} />
        <p className="figures-scope secondary small">
          {[
            place,
            t('figures.rows.scope', {
              from: scope.query.from,
              to: scope.query.to,
              level: t(`figures.level.l${scope.query.level as 1 | 2 | 3}`),
            }),
            data && t('figures.discharges', { n: count(data.total.discharged) }),
            data && data.total.pending > 0 && t('figures.notDue', { n: count(data.total.pending) }),
            data && data.previous === null && t(`figures.noComparison.${scope.query.compare}`),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </PageHeader>
      {reversed ? (
        <EmptyState title={t('common.field.reversed')} />
      ) : figures.isError ? (
        <ErrorState error={figures.error} onRetry={() => void figures.refetch()} />
      ) : !data ? (
        <FiguresSkeleton />
      ) : (
        <div
          aria-busy={figures.isPlaceholderData}
          className={figures.isPlaceholderData ? 'is-stale' : undefined}
        >
          <Headline figures={data} compare={scope.query.compare} onOpen={openRows} />
          {data.total.discharged === 0 ? (
            <EmptyState
              title={t('figures.empty.title')}
              hint={t('figures.empty.hint')}
              action={
                scope.preset !== 'last-quarter' && (
                  <Button
                    onClick={() => setFilters({ period: 'last-quarter', from: undefined, to: undefined })}
                  >
                    {t('figures.period.last-quarter')}
                  </Button>
                )
              }
            />
          ) : (
            <>
              <div className="figures-charts">
                <GroupChart groups={data.groups} targets={data.targets} scope={scope} onOpen={openRows} />
                <TrendChart trend={data.trend} by={data.trendBy} scope={scope} onOpen={openRows} />
              </div>
              <GroupTable groups={data.groups} total={data.total} scope={scope} />
            </>
          )}
        </div>
      )}
    </div>
  )
}

function FiguresSkeleton() {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('common.loading')}>
      <div className="figure-row">
        {Array.from({ length: 6 }, (_, index) => (
          <span key={index} className="skeleton figures-skeleton-card" />
        ))}
      </div>
      <div className="figures-charts">
        <span className="skeleton figures-skeleton-chart" />
        <span className="skeleton figures-skeleton-chart" />
      </div>
    </div>
  )
}
