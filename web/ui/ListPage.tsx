import { Button } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState } from './ErrorState.tsx'
import { EmptyState } from './EmptyState.tsx'
import { PageHeader } from './PageHeader.tsx'
import { useShortcut } from './useShortcut.ts'

export type Column<T> = {
  key: string
  title: string
  render: (item: T) => ReactNode
  width?: number | string
  align?: 'left' | 'right'
  /** Left out on a phone, where a row is a card. */
  wideOnly?: boolean
}

/** What `useCallPages` answers, or a plain query shaped the same. */
export type ListSource<T> = {
  items: T[]
  isPending: boolean
  isError: boolean
  error: unknown
  hasNextPage?: boolean
  isFetchingNextPage?: boolean
  fetchNextPage?: () => unknown
  refetch: () => unknown
}

type ListPageProps<T> = {
  title: string
  source: ListSource<T>
  columns: Column<T>[]
  rowKey: (item: T) => string | number
  /** Row is opened by click or Enter. */
  onOpen?: (item: T) => void
  filters?: ReactNode
  actions?: ReactNode
  /** Between header and list: figures, notices. */
  above?: ReactNode
  empty: { title: string; hint?: string; action?: ReactNode }
  selection?: {
    selected: Set<string | number>
    onChange: (selected: Set<string | number>) => void
    label: (item: T) => string
  }
}

/** A list screen declares columns, filters and actions; loading, paging, empty, error and keys are done here. */
export function ListPage<T>(props: ListPageProps<T>) {
  return (
    <div className="page">
      <PageHeader title={props.title} extra={props.actions}>
        {props.filters && <div className="filter-bar">{props.filters}</div>}
      </PageHeader>
      {props.above}
      <ListTable {...props} label={props.title} />
    </div>
  )
}

export function ListTable<T>({
  source,
  columns,
  rowKey,
  onOpen,
  empty,
  selection,
  label,
}: Omit<ListPageProps<T>, 'title' | 'filters' | 'actions' | 'above'> & { label: string }) {
  const { t } = useTranslation()
  const [active, setActive] = useState(-1)
  const body = useRef<HTMLTableSectionElement>(null)
  const sentinel = useRef<HTMLDivElement>(null)
  const { items, hasNextPage = false, isFetchingNextPage = false, fetchNextPage } = source

  const move = (step: number) => {
    const next = Math.min(items.length - 1, Math.max(0, active + step))
    setActive(next)
    const row = body.current?.rows[next]
    row?.focus()
    row?.scrollIntoView({ block: 'nearest' })
  }
  useShortcut('j', () => move(1), { enabled: items.length > 0 })
  useShortcut('k', () => move(-1), { enabled: items.length > 0 })

  useEffect(() => {
    const target = sentinel.current
    if (!target || !hasNextPage || isFetchingNextPage) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void fetchNextPage?.()
      },
      { rootMargin: '400px' },
    )
    observer.observe(target)
    return () => observer.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  if (source.isPending) return <ListSkeleton columns={columns.length} />
  if (source.isError) return <ErrorState error={source.error} onRetry={() => void source.refetch()} />
  if (items.length === 0) return <EmptyState {...empty} />

  const toggle = (key: string | number) => {
    if (!selection) return
    const next = new Set(selection.selected)
    if (!next.delete(key)) next.add(key)
    selection.onChange(next)
  }

  return (
    <div className="list-scroll">
      <table className="list-table" aria-label={label}>
        <thead>
          <tr>
            {selection && (
              <th scope="col" style={{ width: 40 }}>
                <input
                  type="checkbox"
                  aria-label={t('common.all')}
                  checked={items.every((item) => selection.selected.has(rowKey(item)))}
                  onChange={(event) =>
                    selection.onChange(event.target.checked ? new Set(items.map(rowKey)) : new Set())
                  }
                />
              </th>
            )}
            {columns.map((column) => (
              <th key={column.key} scope="col" style={{ width: column.width, textAlign: column.align }}>
                {column.title || <span className="visually-hidden">{t('common.actions')}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {items.map((item, index) => (
            <tr
              key={rowKey(item)}
              tabIndex={onOpen ? 0 : -1}
              className={onOpen ? 'is-openable' : undefined}
              onFocus={() => setActive(index)}
              onClick={(event) => {
                // Links, buttons and selected text inside a row keep their own meaning.
                if ((event.target as HTMLElement).closest('a, button, input, label')) return
                if (!getSelection()?.toString()) onOpen?.(item)
              }}
              onKeyDown={(event) => {
                if (event.target !== event.currentTarget) return
                if (event.key === 'Enter') onOpen?.(item)
                if (event.key === ' ' && selection) {
                  event.preventDefault()
                  toggle(rowKey(item))
                }
              }}
            >
              {selection && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={selection.label(item)}
                    checked={selection.selected.has(rowKey(item))}
                    onChange={() => toggle(rowKey(item))}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td
                  key={column.key}
                  data-label={column.title}
                  className={column.wideOnly ? 'wide-only' : undefined}
                  style={{ textAlign: column.align }}
                >
                  {column.render(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div ref={sentinel} className="list-end">
        {hasNextPage ? (
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage?.()}>
            {isFetchingNextPage ? t('common.loadingMore') : t('common.loadMore')}
          </Button>
        ) : (
          <span className="secondary small">{t('common.allLoaded', { n: items.length })}</span>
        )}
      </div>
    </div>
  )
}

function ListSkeleton({ columns }: { columns: number }) {
  const { t } = useTranslation()
  return (
    <div className="list-skeleton" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: 10 }, (_, row) => (
        <div key={row} className="list-skeleton-row">
          {Array.from({ length: columns }, (_, column) => (
            <span key={column} className="skeleton" />
          ))}
        </div>
      ))}
    </div>
  )
}
