import { Button } from 'antd'
import { Link } from '@tanstack/react-router'
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
import { TextFilter } from '../../ui/TextFilter.tsx'
import { VirtualList } from '../../ui/VirtualList.tsx'
import type { DeskView } from './DeskPage.tsx'
import { refreshDesk } from './refresh.ts'
import { TaskRow } from './TaskRow.tsx'

const views: DeskView[] = ['todo', 'overdue', 'waiting', 'done']
const levels = [1, 2, 3]

/** What all say need not be said in each. */
const shared = <T,>(values: readonly (T | null)[]): T | null =>
  values.every((one) => one === values[0]) ? (values[0] ?? null) : null

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
  const { size, density } = useAppearance()
  const { launch } = useMe()
  const forOne = launch !== null && launch.personId !== null
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = source
  const countOf = {
    todo: counts?.todo,
    overdue: counts?.overdue,
    waiting: counts?.waiting,
    // What is done has no end to count to; the day's share stands at the top.
    done: undefined,
  }
  const ofAll = items[0] && {
    departmentName: shared(items.map((one) => one.departmentName)),
    level: shared(items.map((one) => one.level)),
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
          <div role="group" className="desk-picks" aria-label={t('desk.levelFilter')}>
            {[undefined, ...levels].map((n) => (
              <button
                key={n ?? 0}
                type="button"
                className="chip"
                aria-pressed={n === (filters.levels.length === 1 ? filters.levels[0] : undefined)}
                onClick={() => onFilters({ level: n === undefined ? undefined : String(n) })}
              >
                {n === undefined ? t('desk.allLevels') : t('desk.level', { n })}
              </button>
            ))}
          </div>
          {!launch && (
            <div role="group" className="desk-picks" aria-label={t('desk.whoseFilter')}>
              {(['mine', 'team'] as const).map((whose) => (
                <button
                  key={whose}
                  type="button"
                  className="chip"
                  aria-pressed={whose === filters.whose}
                  onClick={() => onFilters({ whose: whose === 'team' ? 'team' : undefined })}
                >
                  {t(`desk.whose.${whose}`)}
                </button>
              ))}
            </div>
          )}
          <TextFilter
            label={t('desk.search')}
            value={filters.search}
            onChange={(search) => onFilters({ search })}
          />
        </div>
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
              <Button onClick={() => onFilters({ level: undefined, search: undefined })}>
                {t('common.clearFilters')}
              </Button>
            )
          }
        />
      ) : (
        <VirtualList
          items={items}
          rowHeight={Math.round((sizes[size].base / 14) * (density === 'compact' ? 44 : 52))}
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
              <TaskRow task={task} done={filters.view === 'done'} of={ofAll} />
            </Link>
          )}
        />
      )}
      {newTasks > 0 && (
        <button type="button" className="desk-new" onClick={refresh}>
          {t('desk.newTasks', { n: newTasks })}
        </button>
      )}
    </section>
  )
}
