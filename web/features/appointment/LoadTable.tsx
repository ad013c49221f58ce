import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { getAppointmentLoad, LoadGroup } from '../../../contract/appointment-load.ts'
import type { AnswerOf } from '../../api.ts'
import { nothing, percent } from '../../format/number.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListTable } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { LoadLink } from './LoadLink.tsx'
import type { LoadScope } from './load-scope.ts'
import { useLoadText } from './useLoadText.ts'

/** What a column is ordered by; groups without the number come last, whichever way. */
const orders: Record<string, (one: LoadGroup) => number | string | null> = {
  name: (one) => `${one.departmentName ?? ''} ${one.staffName ?? ''}`,
  open: (one) => one.open,
  used: (one) => one.counts.used,
  overbooked: (one) => one.counts.overbooked,
  utilisation: (one) => one.utilisation,
  missedRate: (one) => one.missedRate,
  lateRate: (one) => one.lateRate,
  lead: (one) => one.lead.median,
  thirdNext: (one) => one.thirdNext?.days ?? null,
  wait: (one) => one.wait.median,
}
const keys = new Set(Object.keys(orders))

function ordered(groups: LoadGroup[], sort: string | undefined): LoadGroup[] {
  const of = sort && orders[sort.replace(/^-/, '')]
  if (!of) return groups
  const way = sort.startsWith('-') ? -1 : 1
  return groups.toSorted((one, other) => {
    const [a, b] = [of(one), of(other)]
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
    return way * (typeof a === 'string' ? a.localeCompare(String(b), 'zh') : a - Number(b))
  })
}

type LoadTableProps = {
  load: AnswerOf<typeof getAppointmentLoad>
  scope: LoadScope
  source: { isPending: boolean; isError: boolean; error: unknown; refetch: () => unknown }
}

/** Departments or doctors with their numbers, each of which opens its appointments. */
export function LoadTable({ load, scope, source }: LoadTableProps) {
  const { t } = useTranslation()
  const { days, minutes } = useLoadText()
  const [filters, setFilters] = useFilters()
  const initial = scope.query.departmentId ? 'doctor' : 'department'
  const by = (first(filters['by']) ?? initial) === 'doctor' ? 'doctor' : 'department'
  const sort = first(filters['sort'])
  const link = (one: LoadGroup, measure: Parameters<typeof LoadLink>[0]['at']['measure'], text: string) => (
    <LoadLink
      scope={scope}
      n={one.counts[measure]}
      at={{
        measure,
        ...(one.departmentId && { departmentId: one.departmentId }),
        ...(by === 'doctor' && one.staffId && { staffId: one.staffId }),
      }}
    >
      {text}
    </LoadLink>
  )
  const right = { align: 'right' as const }
  const of = (part: number, all: number) => (
    <small className="secondary">{t('clinicLoad.ofAll', { part, all })}</small>
  )
  const columns: Column<LoadGroup>[] = [
    column('name', t('clinicLoad.column.name'), (one) =>
      by === 'department' ? (
        (one.departmentName ?? t('clinicLoad.noDepartment'))
      ) : (
        <>
          {one.staffName ?? t('appointments.anyDoctor')}
          <br />
          <span className="secondary small">{one.departmentName ?? t('clinicLoad.noDepartment')}</span>
        </>
      ),
    ),
    column('open', t('clinicLoad.column.open'), right, (one) => one.open),
    column('used', t('clinicLoad.column.used'), right, (one) => link(one, 'used', String(one.counts.used))),
    column('utilisation', t('clinicLoad.column.utilisation'), right, (one) => percent(one.utilisation)),
    column('overbooked', t('clinicLoad.column.overbooked'), { ...right, wideOnly: true }, (one) =>
      link(one, 'overbooked', String(one.counts.overbooked)),
    ),
    column('missedRate', t('clinicLoad.column.missedRate'), right, (one) => (
      <>
        {link(one, 'missed', percent(one.missedRate))} {of(one.counts.missed, one.counts.due)}
      </>
    )),
    column('lateRate', t('clinicLoad.column.lateRate'), { ...right, wideOnly: true }, (one) => (
      <>
        {link(one, 'late', percent(one.lateRate))} {of(one.counts.late, one.counts.all)}
      </>
    )),
    column('lead', t('clinicLoad.column.lead'), { ...right, wideOnly: true }, (one) =>
      link(one, 'lead', one.counts.lead === 0 ? nothing : `${days(one.lead.median)} / ${days(one.lead.p90)}`),
    ),
    column('thirdNext', t('clinicLoad.column.thirdNext'), right, (one) =>
      one.thirdNext ? (
        <Link
          to="/schedules"
          search={
            {
              site: scope.query.siteId,
              departmentId: one.departmentId ?? 'all',
              date: one.thirdNext.date,
            } as never
          }
          className="rows-link"
          title={one.thirdNext.date}
        >
          {days(one.thirdNext.days)}
        </Link>
      ) : (
        <span title={t('clinicLoad.noThird')}>{nothing}</span>
      ),
    ),
    column('wait', t('clinicLoad.column.wait'), right, (one) =>
      link(
        one,
        'waited',
        one.counts.waited === 0 ? nothing : `${minutes(one.wait.median)} / ${minutes(one.wait.p90)}`,
      ),
    ),
  ]
  return (
    <section className="panel" aria-label={t('clinicLoad.groups')}>
      <div className="panel-head">
        <h2>{t('clinicLoad.groups')}</h2>
        <SelectFilter
          label={t('clinicLoad.by.label')}
          of="by"
          initial={initial}
          options={[
            { value: 'department', text: t('clinicLoad.by.department') },
            { value: 'doctor', text: t('clinicLoad.by.doctor') },
          ]}
        />
      </div>
      <ListTable
        label={t('clinicLoad.groups')}
        source={{
          ...source,
          items: ordered(by === 'doctor' ? load.doctors : load.departments, sort),
          sorting: { keys, now: sort, set: (next) => setFilters({ sort: next }) },
        }}
        columns={columns}
        rowKey={(one) => `${one.departmentId} ${one.staffId}`}
        empty={{ title: t('clinicLoad.none'), hint: t('clinicLoad.noneHint') }}
        tall
      />
    </section>
  )
}
