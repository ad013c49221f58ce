import './figure.css'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type CompletenessGroup, getCompleteness } from '../../../contract/figure.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'

type Rows = Record<string, string | number | undefined>

/** How complete patient data are, by site; every number opens its patients. */
export default function CompletenessPage() {
  const { t } = useTranslation()
  const code = useCode()
  const figures = useCall(getCompleteness)
  const { data } = figures
  if (figures.isError) return <ErrorState page error={figures.error} onRetry={() => void figures.refetch()} />
  const rows: Row[] = data
    ? [
        ...data.groups.map((group) => ({
          ...group,
          key: String(group.siteId ?? 'none'),
          label: group.siteName ?? t('person.completeness.noSite'),
          at: { lastSite: group.siteId ?? 'none' },
        })),
        { ...data.total, key: 'total', label: t('person.completeness.total'), at: {} },
      ]
    : []
  return (
    <div className="page figures">
      <PageHeader title={t('person.completeness.title')}>
        <p className="secondary">{t('person.completeness.hint')}</p>
      </PageHeader>
      {!data ? (
        <div role="status" aria-label={t('common.loading')}>
          <span className="skeleton figures-skeleton-chart" />
        </div>
      ) : data.total.persons === 0 ? (
        <EmptyState title={t('person.completeness.empty')} />
      ) : (
        <div className="stack">
          <Table
            title={t('person.completeness.bands')}
            rows={rows}
            first={['persons', 'average']}
            columns={data.total.bands.map(({ from, to }) =>
              from === to ? String(from) : t('person.completeness.band', { from, to }),
            )}
            cells={(group) =>
              group.bands.map(({ from, to, persons }) => ({
                persons,
                at: { completeFrom: from, completeTo: to },
              }))
            }
          />
          <Table
            title={t('person.completeness.gaps')}
            rows={rows}
            first={[]}
            columns={data.total.missing.map(({ gap }) => code('gap', gap))}
            cells={(group) => group.missing.map(({ gap, persons }) => ({ persons, at: { missing: gap } }))}
          />
        </div>
      )}
    </div>
  )
}

type Row = CompletenessGroup & { key: string; label: string; at: Rows }
type TableProps = {
  title: string
  rows: Row[]
  first: ('persons' | 'average')[]
  columns: string[]
  cells: (group: Row) => { persons: number; at: Rows }[]
}

function Table({ title, rows, first, columns, cells }: TableProps) {
  const { t } = useTranslation()
  return (
    <section className="panel figures-table">
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <div className="figures-table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="number-table">
          <thead>
            <tr>
              <th scope="col">{t('person.completeness.site')}</th>
              {first.map((name) => (
                <th key={name} scope="col">
                  {t(`person.completeness.${name}`)}
                </th>
              ))}
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} className={row.key === 'total' ? 'is-total' : undefined}>
                <th scope="row">{row.label}</th>
                {first.map((name) => (
                  <td key={name} data-label={t(`person.completeness.${name}`)}>
                    {name === 'persons' ? (
                      <Persons persons={row.persons} at={row.at} />
                    ) : (
                      (row.average?.toFixed(1) ?? '—')
                    )}
                  </td>
                ))}
                {cells(row).map(({ persons, at }, index) => (
                  <td key={columns[index]} data-label={columns[index]}>
                    <Persons persons={persons} at={{ ...row.at, ...at }} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Persons({ persons, at }: { persons: number; at: Rows }) {
  const me = useMe()
  if (persons === 0 || !may(me, 'person.read')) return <span>{persons}</span>
  return (
    <Link to="/persons" search={at as never}>
      {persons}
    </Link>
  )
}
