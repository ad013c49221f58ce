import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listPromises, type PromiseEntry, promiseFigures, promiseView } from '../../../contract/promise.ts'
import { listSites } from '../../../contract/setting.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { percent } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { ViewChips } from '../appointment/ViewChips.tsx'
import '../figure/figure.css'
import { MakePromiseDialog } from './MakePromiseDialog.tsx'
import { PromiseActs, PromiseTag } from './PromiseActs.tsx'

const whose = ['all', 'mine', 'department'] as const

/** Every promise with its owner and its time, and how many were kept. */
export default function PromisesPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters] = useFilters()
  const [making, setMaking] = useState(false)
  const view = promiseView.options.find((one) => one === first(filters['view'])) ?? 'open'
  const of = whose.find((one) => one === first(filters['whose'])) ?? 'all'
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const [from, to] = [first(filters['from']), first(filters['to'])]
  const scope = { ...(departmentId && { departmentId }), ...(from && { from }), ...(to && { to }) }
  const inTime = first(filters['inTime'])
  const places = useCall(listSites, { query: { within: 'promise.read' } })
  const source = useList(listPromises, {
    view,
    whose: of,
    ...scope,
    ...(inTime !== undefined && { inTime: inTime as never }),
  })
  const columns: Column<PromiseEntry>[] = [
    column('text', t('promises.text'), (one) => (
      <>
        {one.text}
        <br />
        <span className="secondary small">
          {one.sourceKind === 'case' && one.sourceId !== null ? (
            <Link to="/cases/$id" params={{ id: String(one.sourceId) }}>
              {t('promises.sourceKind.case')}
            </Link>
          ) : (
            t(`promises.sourceKind.${one.sourceKind}`)
          )}
        </span>
      </>
    )),
    personColumn(t('promises.to'), (one) => ({ id: one.personId, name: one.personName ?? '—' })),
    column('owner', t('promises.owner'), (one) => (
      <>
        {one.ownerName}
        <br />
        <span className="secondary small">{one.departmentName}</span>
      </>
    )),
    column('due', t('promises.due'), { width: 130 }, (one) => <TimeText at={one.dueAt} show="moment" />),
    column('status', t('cases.statusLabel'), (one) => (
      <>
        <PromiseTag one={one} />
        {one.delayReason && (
          <p className="secondary small">
            {t(`promises.delay.${one.delayReason}`)} {one.delayNote}
          </p>
        )}
        {one.endReason && <p className="secondary small">{one.endReason}</p>}
      </>
    )),
    column('made', t('promises.source'), { wideOnly: true }, (one) => (
      <>
        <TimeText at={one.madeAt} />
        <br />
        <span className="secondary small">{one.madeByName}</span>
      </>
    )),
    column('act', '', (one) => <PromiseActs one={one} />),
  ]
  return (
    <>
      <ListPage
        title={t('promises.title')}
        actions={
          may(me, 'promise.write') && (
            <Button type="primary" onClick={() => setMaking(true)}>
              {t('promises.make')}
            </Button>
          )
        }
        filters={
          <>
            <ViewChips
              label={t('promises.title')}
              views={promiseView.options}
              text={(one) => t(`promises.view.${one}`)}
            />
            <SelectFilter
              label={t('promises.whoseLabel')}
              of="whose"
              initial="all"
              options={whose.map((one) => ({ value: one, text: t(`promises.whose.${one}`) }))}
            />
            <SelectFilter
              label={t('promises.department')}
              all={t('figures.allDepartments')}
              of="departmentId"
              options={(places.data?.departments ?? [])
                .filter((one) => one.active)
                .map((one) => ({ value: String(one.id), text: one.name }))}
            />
            <PeriodFilter labels={[t('promises.from'), t('promises.until')]} />
          </>
        }
        above={<Delivery scope={scope} />}
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        empty={{ title: t('promises.none'), hint: t('promises.noneHint') }}
      />
      {making && <MakePromiseDialog person={null} onClose={() => setMaking(false)} />}
    </>
  )
}

type Scope = { departmentId?: number; from?: string; to?: string }

/** Promise and delivery; every number opens the promises behind it. */
function Delivery({ scope }: { scope: Scope }) {
  const { t } = useTranslation()
  const [, setFilters] = useFilters()
  const figures = useCall(promiseFigures, { query: scope })
  const { due = 0, kept = 0, departments = [], months = [], reasons = [] } = figures.data ?? {}
  if (!figures.isSuccess || due === 0) return null
  const open = (patch: Record<string, string | undefined>) => () =>
    setFilters({ view: 'due', inTime: undefined, whose: undefined, ...patch })
  const number = (n: number, patch: Record<string, string | undefined>) => (
    <button type="button" className="plain-button" onClick={open(patch)}>
      {n}
    </button>
  )
  const endOf = (month: string) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)
  const line = (one: { due: number; kept: number }, patch: Record<string, string | undefined>) => [
    number(one.due, patch),
    number(one.kept, { ...patch, inTime: 'true' }),
    percent(one.due === 0 ? null : one.kept / one.due),
  ]
  const heads = [t('promises.dueCount'), t('promises.keptCount'), t('promises.rate')]
  return (
    <details className="panel">
      <summary>
        {t('promises.figures')} {percent(kept / due)} · {t('promises.ofAll', { part: kept, all: due })}
      </summary>
      <Figure
        label={t('promises.rate')}
        value={percent(kept / due)}
        note={t('promises.howCounted')}
        onOpen={open({})}
      />
      <PlainTable
        label={t('promises.byDepartment')}
        columns={[t('promises.department'), ...heads]}
        rows={departments.map((one) => [
          one.name ?? t('promises.noDepartment'),
          ...(one.id === null
            ? [one.due, one.kept, percent(one.kept / one.due)]
            : line(one, { departmentId: String(one.id) })),
        ])}
      />
      <PlainTable
        label={t('promises.byMonth')}
        columns={[t('promises.month'), ...heads]}
        rows={months.map((one) => [
          one.month,
          ...line(one, { from: `${one.month}-01`, to: endOf(one.month) }),
        ])}
      />
      {reasons.length > 0 && (
        <PlainTable
          label={t('promises.reasons')}
          columns={[t('promises.reasons'), t('promises.count')]}
          rows={reasons.map((one) => [t(`promises.delay.${one.reason}`), one.count])}
        />
      )}
    </details>
  )
}
