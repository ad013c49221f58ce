import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TaskSummary } from '../../../contract/task.ts'
import { useLive } from '../../app/live.tsx'
import { useMe } from '../../session.tsx'
import { sizes } from '../../theme/tokens.ts'
import { useAppearance } from '../../theme/appearance.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import type { Filters } from '../../ui/filters.ts'
import type { ListSource } from '../../ui/ListPage.tsx'
import { VirtualList } from '../../ui/VirtualList.tsx'
import type { DeskView } from './DeskPage.tsx'
import { refreshDesk } from './refresh.ts'
import { TaskRow } from './TaskRow.tsx'

const views: DeskView[] = ['todo', 'overdue', 'waiting', 'done']
const levels = [1, 2, 3]

type TaskListProps = {
  source: ListSource<TaskSummary>
  counts: { todo: number; overdue: number; waiting: number; doneToday: number } | undefined
  filters: { view: DeskView; whose: 'mine' | 'team'; levels: number[]; search: string | undefined }
  onFilters: (patch: Filters) => void
  openId: number | null
}

export function TaskList({ source, counts, filters, onFilters, openId }: TaskListProps) {
  const { t } = useTranslation()
  const { newTasks, seen } = useLive()
  const { size } = useAppearance()
  const { launch } = useMe()
  const forOne = launch !== null && launch.personId !== null
  const [search, setSearch] = useState(filters.search ?? '')
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = source
  const countOf = {
    todo: counts?.todo,
    overdue: counts?.overdue,
    waiting: counts?.waiting,
    // What is done has no end to count to; the day's share stands at the top.
    done: undefined,
  }
  const narrowed = filters.levels.length > 0 || filters.search !== undefined

  const emptyWords =
    forOne && filters.view === 'todo'
      ? ({ title: 'launch.nothing', hint: 'launch.nothingHint' } as const)
      : narrowed
        ? ({ title: 'desk.empty.filtered', hint: 'desk.empty.filteredHint' } as const)
        : ({ title: `desk.empty.${filters.view}`, hint: `desk.empty.${filters.view}Hint` } as const)

  const refresh = () => {
    seen()
    refreshDesk()
  }

  return (
    <section className="desk-list" aria-label={t('desk.list')}>
      <div className="desk-views" role="group" aria-label={t('desk.list')}>
        {views.map((view) => (
          <button
            key={view}
            type="button"
            aria-pressed={view === filters.view}
            onClick={() => onFilters({ view: view === 'todo' ? undefined : view })}
          >
            {t(`desk.view.${view}`)}
            <b className={view === 'overdue' && (countOf.overdue ?? 0) > 0 ? 'text-danger' : ''}>
              {countOf[view] ?? ' '}
            </b>
          </button>
        ))}
      </div>
      {!forOne && (
        <div className="desk-filters">
          <select
            className="field-input"
            aria-label={t('desk.levelFilter')}
            value={filters.levels.length === 1 ? String(filters.levels[0]) : ''}
            onChange={(event) => onFilters({ level: event.target.value || undefined })}
          >
            <option value="">{t('desk.allLevels')}</option>
            {levels.map((level) => (
              <option key={level} value={level}>
                {t('desk.level', { n: level })}
              </option>
            ))}
          </select>
          {!launch && (
            <select
              className="field-input"
              aria-label={`${t('desk.whose.mine')} / ${t('desk.whose.team')}`}
              value={filters.whose}
              onChange={(event) => onFilters({ whose: event.target.value === 'team' ? 'team' : undefined })}
            >
              <option value="mine">{t('desk.whose.mine')}</option>
              <option value="team">{t('desk.whose.team')}</option>
            </select>
          )}
          <input
            className="field-input"
            type="search"
            aria-label={t('desk.search')}
            placeholder={t('desk.search')}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value)
              if (event.target.value === '') onFilters({ search: undefined })
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onFilters({ search: search.trim() || undefined })
            }}
            onBlur={() => onFilters({ search: search.trim() || undefined })}
          />
        </div>
      )}
      {newTasks > 0 && (
        <button type="button" className="desk-new" onClick={refresh}>
          {t('desk.newTasks', { n: newTasks })}
        </button>
      )}
      {source.isPending ? (
        <div className="desk-skeleton" role="status" aria-label={t('common.loading')}>
          {Array.from({ length: 8 }, (_, row) => (
            <span key={row} className="skeleton" />
          ))}
        </div>
      ) : source.isError ? (
        <ErrorState error={source.error} onRetry={() => void source.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState
          title={t(emptyWords.title)}
          hint={t(emptyWords.hint)}
          action={
            narrowed && (
              <button
                type="button"
                className="soft-button"
                onClick={() => {
                  setSearch('')
                  onFilters({ level: undefined, search: undefined })
                }}
              >
                {t('common.clearFilters')}
              </button>
            )
          }
        />
      ) : (
        <VirtualList
          items={items}
          rowHeight={Math.round(sizes[size].base * 5.3)}
          rowKey={(task) => task.id}
          label={t('desk.list')}
          activeIndex={items.findIndex((task) => task.id === openId)}
          onEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage?.()
          }}
          renderRow={(task) => (
            <Link
              to="/desk/$taskId"
              params={{ taskId: String(task.id) }}
              search={((old: object) => old) as never}
              preload={false}
              className={`task-row ${task.id === openId ? 'is-open' : ''}`}
              {...(task.id === openId ? { 'aria-current': 'true' as const } : {})}
            >
              <TaskRow task={task} done={filters.view === 'done'} />
            </Link>
          )}
        />
      )}
    </section>
  )
}
