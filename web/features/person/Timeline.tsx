import { Button } from 'antd'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { type TimelineEvent, getTimeline } from '../../../contract/timeline.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCallPages } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { type EventGroup, eventGroups, eventTone, useTimelineText } from './timelineText.ts'

const groups = Object.keys(eventGroups) as EventGroup[]

export function Timeline({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const chosen = groups.filter((group) => list(filters['show']).includes(group))
  const search = first(filters['find']) ?? ''
  const year = first(filters['year'])

  const source = useCallPages(
    getTimeline,
    {
      params: { id: person.id },
      query: {
        limit: 100,
        ...(chosen.length ? { kind: chosen.flatMap((group) => eventGroups[group]) } : {}),
        ...(search ? { search } : {}),
        ...(year ? { before: new Date(Number(year) + 1, 0, 1).toISOString() } : {}),
      },
    },
    { keepPrevious: true },
  )
  const narrowed = chosen.length > 0 || search !== '' || year !== undefined
  const newest = new Date().getFullYear()
  const oldest = person.facts.firstVisitAt ? new Date(person.facts.firstVisitAt).getFullYear() : newest
  const years = Array.from({ length: Math.max(1, newest - oldest + 1) }, (_, back) => newest - back)

  const toggle = (group: EventGroup) => {
    const next = chosen.includes(group) ? chosen.filter((one) => one !== group) : [...chosen, group]
    setFilters({ show: next.length ? next : undefined })
  }

  return (
    <section className="panel timeline-panel" aria-label={t('person.timeline')}>
      <div className="panel-head timeline-head">
        <h2>{t('person.timeline')}</h2>
        <div className="timeline-filters" role="group" aria-label={t('person.timeline')}>
          {groups.map((group) => (
            <button
              key={group}
              type="button"
              className="chip"
              aria-pressed={chosen.includes(group)}
              onClick={() => toggle(group)}
            >
              {t(`person.filter.${group}`)}
            </button>
          ))}
        </div>
        <TextFilter label={t('person.timelineSearch')} of="find" />
        {years.length > 1 && (
          <SelectFilter
            label={t('person.jump')}
            all={t('person.newest')}
            of="year"
            options={years.map((one) => ({
              value: String(one),
              text: t('person.yearBefore', { year: one }),
            }))}
          />
        )}
      </div>
      {source.isPending ? (
        <div className="desk-skeleton" role="status" aria-label={t('common.loading')}>
          {Array.from({ length: 6 }, (_, row) => (
            <span key={row} className="skeleton" />
          ))}
        </div>
      ) : source.isError ? (
        <ErrorState error={source.error} onRetry={() => void source.refetch()} />
      ) : source.items.length === 0 ? (
        <EmptyState
          title={t(narrowed ? 'person.timelineEmpty' : 'person.timelineNone')}
          hint={t(narrowed ? 'person.timelineEmptyHint' : 'person.timelineNoneHint')}
        />
      ) : (
        <ol className="timeline" tabIndex={0}>
          {source.items.map((event, index) => (
            <EventLine
              key={event.id}
              event={event}
              startsYear={yearOf(event) !== yearOf(source.items[index - 1])}
            />
          ))}
        </ol>
      )}
      {source.hasNextPage && (
        <Button
          disabled={source.isFetchingNextPage}
          onClick={() => void source.fetchNextPage()}
          ref={(button) => {
            if (!button) return
            const observer = new IntersectionObserver(([entry]) => {
              if (entry?.isIntersecting && !source.isFetchingNextPage) void source.fetchNextPage()
            })
            observer.observe(button)
            return () => observer.disconnect()
          }}
        >
          {source.isFetchingNextPage ? t('common.loadingMore') : t('common.loadMore')}
        </Button>
      )}
    </section>
  )
}

function yearOf(event: TimelineEvent | undefined): number | null {
  return event ? new Date(event.at).getFullYear() : null
}

/** One line, opened for the rest; drawn only near the window (`content-visibility`), so a thousand scroll like twenty. */
const EventLine = memo(function EventLine({
  event,
  startsYear,
}: {
  event: TimelineEvent
  startsYear: boolean
}) {
  const { t } = useTranslation()
  const code = useCode()
  const { title, line, all } = useTimelineText()(event)
  return (
    <>
      {startsYear && <li className="timeline-year">{yearOf(event)}</li>}
      <li className={`timeline-event${event.data['superseded'] === true ? ' is-superseded' : ''}`}>
        <details>
          <summary>
            <span className="secondary small timeline-when">
              <TimeText at={event.at} show="moment" />
            </span>
            <StatusTag tone={eventTone(event.kind, event.data)}>{title}</StatusTag>{' '}
            <span className="timeline-line" title={line}>
              {line}
            </span>
          </summary>
          <dl className="facts timeline-more">
            {all.map((fact) => (
              <div key={fact.field}>
                <dt>{fact.label}</dt>
                <dd>{fact.value}</dd>
              </div>
            ))}
            <div>
              <dt>{t('person.recordedBy')}</dt>
              <dd>
                {event.contact?.by ?? event.actorName ?? code('source', event.source)}{' '}
                {event.taskId && (
                  <Link to="/desk/$taskId" params={{ taskId: String(event.taskId) }}>
                    {t('person.openTask')}
                  </Link>
                )}
              </dd>
            </div>
          </dl>
        </details>
      </li>
    </>
  )
})
