import '../call/call.css'
import { useTranslation } from 'react-i18next'
import { type CallQuality, type ChannelLine, getCallQuality } from '../../../contract/call-quality.ts'
import { listSites } from '../../../contract/setting.ts'
import { count, duration, nothing, percent } from '../../format/number.ts'
import { isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Forecast } from './Forecast.tsx'

const daysAgo = (days: number) => isoDay(new Date(Date.now() - days * 86_400_000))

/** How a site is reached, channel by channel, how well its calls score, and who has to be there next week. */
export default function CallQualityPage() {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const places = useCall(listSites, { query: { within: 'call.supervise' } })
  const sites = places.data?.sites ?? []
  const asked = Number(first(filters['siteId']))
  const siteId = sites.find((site) => site.id === asked)?.id ?? sites[0]?.id
  const query = useCall(
    getCallQuality,
    {
      query: {
        siteId: siteId ?? 0,
        from: first(filters['from']) ?? daysAgo(29),
        to: first(filters['to']) ?? daysAgo(0),
      },
    },
    { enabled: siteId !== undefined, placeholderData: (before) => before },
  )
  return (
    <div className="page">
      <PageHeader title={t('callQuality.title')}>
        <div className="filter-bar">
          {sites.length > 1 && (
            <SelectFilter
              label={t('figures.site')}
              of="siteId"
              initial={siteId === undefined ? undefined : String(siteId)}
              options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
            />
          )}
          <PeriodFilter labels={[t('callQuality.from'), t('callQuality.to')]} />
        </div>
      </PageHeader>
      {query.isError || !query.data ? <Unloaded query={query} height={320} /> : <Quality data={query.data} />}
      {siteId !== undefined && <Forecast siteId={siteId} />}
    </div>
  )
}

const rate = (part: number, all: number) => (all === 0 ? nothing : percent(part / all))
const seconds = (value: number | null) => (value === null ? nothing : duration(Math.round(value)))

function Quality({ data }: { data: CallQuality }) {
  const { t } = useTranslation()
  const { channels, reviews, agents, targetPercent } = data
  const sum = (of: (line: ChannelLine) => number) => channels.reduce((total, line) => total + of(line), 0)
  const of = (part: number, all: number) => `${count(part)} / ${count(all)}`
  const level =
    sum((line) => line.contacts) === 0 ? null : sum((line) => line.inTime) / sum((line) => line.contacts)
  return (
    <div className="stack">
      <div className="wall-figures">
        <Figure
          label={t('callQuality.inTime')}
          value={percent(level)}
          note={of(
            sum((line) => line.inTime),
            sum((line) => line.contacts),
          )}
          target={`${targetPercent}%`}
          state={level === null ? undefined : level * 100 >= targetPercent ? 'met' : 'missed'}
        />
        <Figure
          label={t('callQuality.firstContact')}
          value={rate(
            sum((line) => line.resolved),
            sum((line) => line.settled),
          )}
          note={of(
            sum((line) => line.resolved),
            sum((line) => line.settled),
          )}
        />
        <Figure
          label={t('callQuality.score')}
          value={reviews.score === null ? nothing : count(Math.round(reviews.score))}
          note={t('callQuality.scoredOf', { part: reviews.reviewed, all: reviews.drawn })}
        />
        {(['accuracy', 'privacy', 'safety'] as const).map((kind) => {
          const share = reviews.accuracy[kind]
          return (
            <Figure
              key={kind}
              label={t(`callQuality.without.${kind}`)}
              value={percent(share?.value ?? null)}
              note={share && `${percent(share.low)}–${percent(share.high)}`}
            />
          )
        })}
      </div>
      <p className="secondary small">{t('callQuality.how', { n: data.firstContactDays })}</p>
      <section className="panel" aria-label={t('callQuality.byChannel')}>
        <h2>{t('callQuality.byChannel')}</h2>
        {channels.length === 0 ? (
          <EmptyState title={t('callQuality.noContacts')} hint={t('callQuality.noContactsHint')} />
        ) : (
          <PlainTable
            label={t('callQuality.byChannel')}
            columns={[
              t('callQuality.channel'),
              t('callQuality.contacts'),
              t('callQuality.inTime'),
              t('callQuality.target'),
              t('callQuality.median'),
              t('callQuality.abandoned'),
              t('callQuality.firstContact'),
              t('callQuality.satisfied'),
            ]}
            rows={channels.map((line) => [
              t(`inbox.channel.${line.channel}`),
              count(line.contacts),
              <Share key="time" part={line.inTime} all={line.contacts} />,
              duration(line.targetSeconds),
              seconds(line.medianSeconds),
              <Share key="lost" part={line.abandoned} all={line.contacts} />,
              <Share key="first" part={line.resolved} all={line.settled} />,
              <Share key="rated" part={line.satisfied} all={line.rated} />,
            ])}
          />
        )}
      </section>
      <section className="panel" aria-label={t('callQuality.byAgent')}>
        <div className="panel-head">
          <h2>{t('callQuality.byAgent')}</h2>
          <LinkButton to="/call-reviews">{t('callQuality.toReviews')}</LinkButton>
        </div>
        {agents.length === 0 ? (
          <EmptyState title={t('callQuality.noAgents')} />
        ) : (
          <PlainTable
            label={t('callQuality.byAgent')}
            columns={[
              t('calls.agent'),
              t('callQuality.answered'),
              t('callQuality.talk'),
              t('callQuality.wrap'),
              t('callQuality.reviewed'),
              t('callQuality.score'),
              t('callQuality.critical'),
            ]}
            rows={agents.map((one) => [
              one.userName,
              count(one.answered),
              seconds(one.averageTalkSeconds),
              seconds(one.averageWrapSeconds),
              count(one.reviewed),
              one.score === null ? nothing : count(Math.round(one.score)),
              count(one.critical),
            ])}
          />
        )}
      </section>
    </div>
  )
}

function Share({ part, all }: { part: number; all: number }) {
  if (all === 0) return <>{nothing}</>
  return (
    <>
      {percent(part / all)}{' '}
      <span className="secondary small">
        {count(part)} / {count(all)}
      </span>
    </>
  )
}
