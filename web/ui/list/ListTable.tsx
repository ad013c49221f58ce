import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTime } from '../../format/useTime.ts'
import { EmptyState } from '../EmptyState.tsx'
import { ErrorState } from '../ErrorState.tsx'
import { useShortcut } from '../useShortcut.ts'
import { type Column, cellText } from './column.ts'
import type { ListSource } from './useList.ts'
import { useWindow } from './useWindow.ts'

export type Selection<T> = {
  selected: Set<string | number>
  onChange: (selected: Set<string | number>) => void
  label: (item: T) => string
}

export type ListTableProps<T> = {
  label: string
  source: ListSource<T>
  columns: Column<T>[]
  rowKey: (item: T) => string | number
  /** Row is opened by click or Enter. */
  onOpen?: (item: T) => void
  empty: { title: string; hint?: string; action?: ReactNode }
  selection?: Selection<T>
  /** Rows whose cells have several lines: every row is drawn. */
  tall?: boolean
}

/** Rows of a list: sorted by their heads, walked with j and k, opened with Enter, only those in sight drawn. */
export function ListTable<T>(props: ListTableProps<T>) {
  const { label, source, columns, rowKey, onOpen, empty, selection, tall = false } = props
  const { t } = useTranslation()
  const time = useTime()
  const [active, setActive] = useState(-1)
  const wanted = useRef(-1)
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const sentinel = useRef<HTMLDivElement>(null)
  const { items, hasNextPage = false, isFetchingNextPage = false, fetchNextPage, sorting } = source
  const drawn = useWindow(scroller, items.length, !tall)

  const rowOf = (index: number) =>
    body.current?.querySelector<HTMLTableRowElement>(`tr[data-index="${index}"]`)
  const move = (step: number) => {
    const next = Math.min(items.length - 1, Math.max(0, active + step))
    setActive(next)
    wanted.current = next
    drawn.reveal(next)
  }
  // The row may be drawn only after it was scrolled to.
  useLayoutEffect(() => {
    if (wanted.current < 0) return
    const row = rowOf(wanted.current)
    if (!row) return
    wanted.current = -1
    row.focus({ preventScroll: drawn.windowed })
    if (!drawn.windowed) row.scrollIntoView({ block: 'nearest' })
  })
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
  const span = columns.length + (selection ? 1 : 0)

  return (
    <div className="list-scroll" ref={scroller}>
      <table
        className={tall ? 'list-table is-tall' : 'list-table'}
        aria-label={label}
        aria-rowcount={items.length + 1}
      >
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
              <Head key={column.key} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {drawn.above > 0 && (
            <tr aria-hidden="true">
              <td colSpan={span} className="list-space" style={{ height: drawn.above }} />
            </tr>
          )}
          {items.slice(drawn.from, drawn.to).map((item, offset) => {
            const index = drawn.from + offset
            return (
              <tr
                key={rowKey(item)}
                data-index={index}
                aria-rowindex={index + 2}
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
                    onMouseEnter={({ currentTarget }) => {
                      // What is cut off can be read on hover.
                      if (currentTarget.scrollWidth > currentTarget.clientWidth)
                        currentTarget.title = String(cellText(column, item, time.moment))
                    }}
                  >
                    {column.render(item)}
                  </td>
                ))}
              </tr>
            )
          })}
          {drawn.below > 0 && (
            <tr aria-hidden="true">
              <td colSpan={span} className="list-space" style={{ height: drawn.below }} />
            </tr>
          )}
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

/** First click ascending, second descending, third as before. */
function Head<T>({ column, sorting }: { column: Column<T>; sorting: ListSource<T>['sorting'] }) {
  const { t } = useTranslation()
  const { key, title, width, align } = column
  const style = { width, textAlign: align }
  if (!sorting?.keys.has(key))
    return (
      <th scope="col" style={style}>
        {title || <span className="visually-hidden">{t('common.actions')}</span>}
      </th>
    )
  const state = sorting.now === key ? 'ascending' : sorting.now === `-${key}` ? 'descending' : 'none'
  const next = { none: key, ascending: `-${key}`, descending: undefined }[state]
  return (
    <th scope="col" style={style} aria-sort={state}>
      <button type="button" className="sort-button" onClick={() => sorting.set(next)}>
        {title}
        <span className="sort-mark" aria-hidden="true">
          {state === 'descending' ? <CaretDownFilled /> : <CaretUpFilled />}
        </span>
      </button>
    </th>
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
