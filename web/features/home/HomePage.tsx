import './home.css'
import '../figure/figure.css'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { getFollowUpFigures } from '../../../contract/figure.ts'
import { getIntakeOverview } from '../../../contract/intake.ts'
import type { Waiting, WaitingKind } from '../../../contract/waiting.ts'
import { areasOf } from '../../app/navigation.tsx'
import { useFavourites } from '../../app/useFavourites.ts'
import { useWaiting } from '../../app/useWaiting.ts'
import { isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { readScope } from '../figure/period.ts'
import { Headline } from '../figure/Headline.tsx'
import { rowsSearch } from '../figure/rows.ts'
import { useScopeWords } from '../figure/useScopeWords.ts'
import { DayProgress } from '../task/DayProgress.tsx'

/** Where what waits is dealt with, narrowed to it; `today` as an address writes a day. */
const placesOn = (today: string): Record<WaitingKind, { to: string; search?: object }> => ({
  tasks: { to: '/desk' },
  team: { to: '/tasks', search: { view: 'overdue' } },
  instructions: { to: '/instructions' },
  results: { to: '/instructions', search: { view: 'submitted' } },
  objections: { to: '/spot-checks' },
  appeals: { to: '/spot-checks', search: { view: 'appeals' } },
  findings: { to: '/head-checks' },
  checks: { to: '/head-checks' },
  draws: { to: '/spot-checks' },
  calls: { to: '/spot-checks' },
  conversations: { to: '/inbox', search: { view: 'unassigned' } },
  articles: { to: '/knowledge', search: { view: 'overdue' } },
  scoring: { to: '/call-reviews', search: { state: 'open' } },
  scores: { to: '/call-reviews', search: { state: 'done' } },
  disputes: { to: '/persons', search: { tag: 'open-dispute' } },
  cases: { to: '/cases' },
  approvals: { to: '/cases', search: { view: 'approval' } },
  promises: { to: '/promises', search: { view: 'today', whose: 'mine' } },
  visits: { to: '/visits' },
  unplanned: { to: '/visits' },
  unsettled: { to: '/visits', search: { tab: 'made' } },
  matches: { to: '/matches' },
  intake: { to: '/intake', search: { status: 'dead' } },
  outbound: { to: '/intake', search: { tab: 'outbound' } },
  refusals: { to: '/audit', search: { outcome: ['refused', 'failed'], from: today } },
  reveals: { to: '/audit', search: { action: 'person.reveal', from: today } },
})

const looks: readonly WaitingKind[] = ['refusals', 'reveals']

/** The day of whoever opens it: own work, what waits, and, for those who answer for it, the figures and the feeds. */
export default function HomePage() {
  const { t } = useTranslation()
  const me = useMe()
  const waiting = useWaiting()
  const time = useTime()
  if (waiting.isError) return <ErrorState page error={waiting.error} onRetry={() => void waiting.refetch()} />
  return (
    <div className="page home">
      <PageHeader
        title={t('home.title', { name: me.name })}
        extra={<span className="secondary">{time.day(new Date())}</span>}
      />
      <div className="home-columns">
        {may(me, 'task.work') && waiting.data?.today && (
          <Today waiting={waiting.data} today={waiting.data.today} />
        )}
        <WaitingList waiting={waiting.data} />
        {may(me, 'intake.read') && <Feeds />}
        <Shortcuts />
      </div>
      {may(me, 'figure.read') && <Figures />}
    </div>
  )
}

function Today({ waiting, today }: { waiting: Waiting; today: NonNullable<Waiting['today']> }) {
  const { t } = useTranslation()
  const time = useTime()
  const visits = may(useMe(), 'visit.work')
  const { callsFrom } = today
  const own = waiting.items.find((one) => one.kind === 'tasks')
  const rows = [
    { word: 'redFlags', count: today.redFlags, search: {}, tone: 'danger' },
    { word: 'late', count: own?.late ?? 0, search: { view: 'overdue' }, tone: 'warning' },
    {
      word: visits ? 'todoVisits' : callsFrom ? 'todoLater' : 'todo',
      count: own?.count ?? 0,
      search: {},
      tone: 'neutral',
    },
    { word: 'later', count: today.waiting, search: { view: 'waiting' }, tone: 'neutral' },
  ] as const
  return (
    <section className="home-card" aria-labelledby="home-today">
      <h2 id="home-today">{t('home.today')}</h2>
      <DayProgress counts={{ doneToday: today.done, dailyGoal: today.goal }} />
      <ul className="home-rows">
        {rows.map(({ word, count, search, tone }) => (
          <li key={word}>
            <Link to="/desk" search={search as never}>
              {t(`home.own.${word}`)}
            </Link>
            <Count n={count} tone={count > 0 ? tone : 'neutral'} />
          </li>
        ))}
      </ul>
      {callsFrom && (
        <p className="secondary small">{t('home.notBefore', { time: time.moment(callsFrom) })}</p>
      )}
      <Link to="/desk" className="home-start">
        {t((own?.count ?? 0) > 0 && !callsFrom && !visits ? 'home.start' : 'home.look')}
      </Link>
    </section>
  )
}

function Count({ n, tone }: { n: number; tone: 'danger' | 'warning' | 'neutral' }) {
  return tone === 'neutral' ? (
    <span className="home-count">{n}</span>
  ) : (
    <StatusTag tone={tone}>{String(n)}</StatusTag>
  )
}

/** What others wait for; what is done with is left out, so that an empty list says that nothing is left. */
function WaitingList({ waiting }: { waiting: Waiting | undefined }) {
  const { t } = useTranslation()
  const items = waiting?.items.filter((one) => one.kind !== 'tasks') ?? []
  if (waiting && items.length === 0) return null
  // What an auditor looks at is work also when there is nothing.
  const open = items.filter((one) => one.count > 0 || looks.includes(one.kind))
  const places = placesOn(isoDay(new Date()))
  return (
    <section className="home-card" aria-labelledby="home-waiting" aria-busy={waiting === undefined}>
      <h2 id="home-waiting">{t('home.waiting')}</h2>
      {waiting && open.length === 0 && <p className="secondary">{t('home.nothing')}</p>}
      <ul className="home-rows">
        {open.map(({ kind, count, late }) => (
          <li key={kind}>
            <Link to={places[kind].to} search={places[kind].search as never}>
              {t(`home.kind.${kind}`)}
            </Link>
            <span className="home-counts">
              {late > 0 && <StatusTag tone="danger">{t('home.lateOf', { n: late })}</StatusTag>}
              <Count n={count} tone="neutral" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Trouble with what comes in, for those who mend it. */
function Feeds() {
  const { t } = useTranslation()
  const time = useTime()
  const overview = useCall(getIntakeOverview, {}, { refetchInterval: 60_000 })
  if (!overview.data) return null
  const { backlog, senders } = overview.data
  const silent = senders.filter((one) => one.silent)
  return (
    <section className="home-card" aria-labelledby="home-feeds">
      <h2 id="home-feeds">{t('home.feeds')}</h2>
      <ul className="home-rows">
        <li>
          <Link to="/intake">{t('home.backlog')}</Link>
          <Count n={backlog} tone={backlog > 1000 ? 'warning' : 'neutral'} />
        </li>
        {silent.map((one) => (
          <li key={`${one.sender}/${one.facility}`}>
            <Link to="/intake">{t('home.silent', { sender: one.sender })}</Link>
            <StatusTag tone="warning">{time.relative(one.lastReceivedAt)}</StatusTag>
          </li>
        ))}
      </ul>
      {silent.length === 0 && <p className="secondary small">{t('home.allSpeak', { n: senders.length })}</p>}
    </section>
  )
}

function Shortcuts() {
  const { t } = useTranslation()
  const me = useMe()
  const { favourites } = useFavourites()
  const pages = areasOf(me).flatMap((area) => area.pages)
  const kept = favourites.flatMap((to) => pages.find((one) => one.to === to) ?? [])
  return (
    <section className="home-card" aria-labelledby="home-kept">
      <h2 id="home-kept">{t('frame.favourites')}</h2>
      {kept.length === 0 ? (
        <p className="secondary small">{t('home.noFavourites')}</p>
      ) : (
        <ul className="home-rows">
          {kept.map((one) => (
            <li key={one.to}>
              <Link to={one.to}>{t(`frame.nav.${one.word}`)}</Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Figures() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const roles = useMe().grants.map((grant) => grant.role)
  // Whose work it is: nurses answer for the second level, home visitors for the third.
  const level = roles.includes('outreach') ? 3 : roles.includes('nurse') ? 2 : 1
  const scope = useMemo(() => readScope({ level: String(level) }, new Date()), [level])
  const place = useScopeWords(scope)
  const figures = useCall(getFollowUpFigures, { query: scope.query })
  if (figures.isError || figures.data?.total.discharged === 0) return null
  return (
    <section className="home-figures" aria-labelledby="home-figures">
      <h2 id="home-figures">
        <Link to="/figures" search={(level === 1 ? {} : { level }) as never}>
          {t('home.figures')}
        </Link>
      </h2>
      <p className="secondary small">{[t(`figures.level.l${level}`), place].join(' · ')}</p>
      {figures.data ? (
        <Headline
          figures={figures.data}
          compare={scope.query.compare}
          onOpen={(at) => void navigate({ to: '/figures/rows', search: rowsSearch(scope, at) as never })}
        />
      ) : (
        <div className="figure-row" role="status" aria-label={t('common.loading')}>
          {Array.from({ length: 6 }, (_, index) => (
            <span key={index} className="skeleton figures-skeleton-card" />
          ))}
        </div>
      )}
    </section>
  )
}
