import { countedTo } from '../../contract/route.ts'
import { type ReactNode, lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { count } from '../format/number.ts'
import { ListTable, type ListTableProps } from './list/ListTable.tsx'
import { useColumns } from './list/useColumns.ts'
import { useNarrowed } from './list/useNarrowed.tsx'
import { PageHeader } from './PageHeader.tsx'

export { ListTable } from './list/ListTable.tsx'
export { type ListSource, useList } from './list/useList.ts'
export { useNarrowed } from './list/useNarrowed.tsx'
export { type Column, column } from './list/column.ts'

const Tools = lazy(() => import('./list/Tools.tsx'))

type ListPageProps<T> = Omit<ListTableProps<T>, 'label'> & {
  title: string
  filters?: ReactNode
  actions?: ReactNode
  /** Between header and list: figures, notices. */
  above?: ReactNode
  /** How many of what, in the list's own words: "共 1,204 人". */
  totalText?: (n: string) => string
}

/** A list screen declares columns, filters and actions; order, columns, views, total, file, paging, states and keys are done here. */
export function ListPage<T>({ title, filters, actions, above, totalText, ...table }: ListPageProps<T>) {
  const { t } = useTranslation()
  const { clear, emptyOf } = useNarrowed()
  const { shown, show } = useColumns(table.columns)
  const { source } = table
  const total =
    source.total === undefined
      ? null
      : source.total > countedTo
        ? `${count(countedTo)}+`
        : count(source.total)
  return (
    <div className="page list-page">
      <PageHeader title={title} extra={actions}>
        <div className="filter-bar">
          {filters}
          {filters && clear}
          <span className="list-tools">
            {total !== null && (
              <span className="secondary" role="status">
                {totalText ? totalText(total) : t('common.list.total', { n: total })}
              </span>
            )}
            <Suspense fallback={null}>
              <Tools
                title={title}
                source={source}
                all={table.columns as never}
                shown={shown as never}
                show={show}
              />
            </Suspense>
          </span>
        </div>
      </PageHeader>
      {above}
      <ListTable {...table} columns={shown} label={title} empty={emptyOf(table.empty)} />
    </div>
  )
}
