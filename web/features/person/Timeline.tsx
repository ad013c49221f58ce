import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { type TimelineEvent, getTimeline } from '../../../contract/timeline.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCallPages } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { type EventGroup, eventGroups, eventTone, useTimelineText } from './timelineText.ts'

const groups = Object.keys(eventGroups) as EventGroup[]
const pause = 300

export function Timeline({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const chosen = groups.filter((group) => list(filters['show']).includes(group))
  const search = first(filters['find']) ?? ''
  const year = first(filters['year'])
  const [text, setText] = useState(search)

  useEffect(() => {
    if (text.trim() === search) return
    const timer = setTimeout(() => setFilters({ find: text.trim() || undefined }), pause)
    return () => clearTimeout(timer)
  }, [text, search, setFilters])

  const source = useCallPages(
    getTimeline,
    {
      params: { id: person.id },
      query: {
        limit: 50,
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
        <input
          className="field-input"
          type="search"
          aria-label={t('person.timelineSearch')}
          placeholder={t('person.timelineSearch')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          className="field-input"
          aria-label={t('person.jump')}
          value={year ?? ''}
          onChange={(event) => setFilters({ year: event.target.value || undefined })}
        >
          <option value="">{t('person.newest')}</option>
          {years.map((one) => (
            <option key={one} value={one}>
              {t('person.yearBefore', { year: one })}
            </option>
          ))}
        </select>
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
        <ol className="timeline">
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
        <button
          type="button"
          className="soft-button"
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
        </button>
      )}
    </section>
  )
}

function yearOf(event: TimelineEvent | undefined): number | null {
  return event ? new Date(event.at).getFullYear() : null
}

function EventLine({ event, startsYear }: { event: TimelineEvent; startsYear: boolean }) {
  const { t } = useTranslation()
  const code = useCode()
  const { title, facts, all } = useTimelineText()(event)
  return (
    <>
      {startsYear && <li className="timeline-year">{yearOf(event)}</li>}
      <li className={`timeline-event${event.data['superseded'] === true ? ' is-superseded' : ''}`}>
        <div className="timeline-when secondary small">
          <TimeText at={event.at} show="moment" />
        </div>
        <div>
          <StatusTag tone={eventTone(event.kind, event.data)}>{title}</StatusTag>
          {facts.length > 0 && (
            <p className="timeline-facts">
              {facts.map((fact) => (
                <span key={fact.field}>
                  <span className="secondary">{fact.label}</span> {fact.value}
                </span>
              ))}
            </p>
          )}
          <div className="secondary small timeline-source">
            <span>{event.actorName ?? code('source', event.source)}</span>
            {event.taskId && (
              <Link to="/desk/$taskId" params={{ taskId: String(event.taskId) }}>
                {t('person.openTask')}
              </Link>
            )}
            {all.length > facts.length && (
              <details>
                <summary>{t('person.details')}</summary>
                {all.map((fact) => (
                  <div key={fact.field}>
                    {fact.label}: {fact.value}
                  </div>
                ))}
              </details>
            )}
          </div>
        </div>
      </li>
    </>
  )
}
