import { personColumn } from '../../app/personColumn.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import './figure.css'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { listFollowUpRows } from '../../../contract/figure.ts'
import { useCode } from '../../i18n/useCode.ts'
import { type ItemOf } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { countNames, type FigureName, rowsOf } from './measures.ts'
import { ProofTag } from '../task/ProofTag.tsx'
import { groupings, readScope } from './period.ts'

type Row = ItemOf<typeof listFollowUpRows>

const isFigure = (name: string | undefined): name is FigureName =>
  name !== undefined && Object.hasOwn(rowsOf, name)

export default function FigureRowsPage() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const [filters, setFilters] = useFilters()
  const { query } = useMemo(() => readScope(filters, new Date()), [filters])
  const wanted = first(filters['figure'])
  const name: FigureName = isFigure(wanted) ? wanted : 'discharged'
  const by = groupings.find((one) => one === first(filters['group']))
  const key = first(filters['key'])
  const label = first(filters['label'])
  const { by: _, compare: _compare, ...scope } = query
  const rows = useList(listFollowUpRows, {
    ...scope,
    measure: rowsOf[name],
    ...(by && key !== undefined ? { by, key } : {}),
  })
  const { figure: _figure, group: _group, key: _key, label: _label, ...back } = filters

  const stateOf = ({ task }: Row) => {
    if (!task) return <StatusTag tone="neutral">{t('figures.rows.noTask')}</StatusTag>
    if (task.outcome === 'done') return <StatusTag tone="success">{code('outcome', 'done')}</StatusTag>
    if (task.status === 'completed' || task.status === 'cancelled') {
      const unsuccessful = task.outcome === 'unreached' || task.outcome === 'refused'
      return (
        <StatusTag tone={unsuccessful ? 'warning' : 'neutral'}>
          {code('outcome', task.outcome) || code('taskStatus', task.status)}
        </StatusTag>
      )
    }
    const overdue = new Date(task.dueAt) < new Date()
    return (
      <StatusTag tone={overdue ? 'danger' : 'primary'}>
        {overdue ? t('figures.name.overdue') : code('taskStatus', task.status)}
      </StatusTag>
    )
  }

  const columns: Column<Row>[] = [
    personColumn(t('figures.rows.person'), (row) => ({ id: row.personId, name: row.personName })),
    column('discharged', t('figures.rows.discharged'), (row) => (
      <TimeText at={row.dischargedAt} show="day" />
    )),
    column('department', t('figures.rows.department'), (row) => row.departmentName ?? '—'),
    column('doctor', t('figures.rows.doctor'), (row) => row.attendingName ?? '—'),
    column('condition', t('figures.rows.condition'), { wideOnly: true }, (row) => row.conditionText ?? '—'),
    column('state', t('figures.rows.state'), stateOf),
    column('proof', t('figures.rows.proof'), (row) => <ProofTag proof={row.task?.proof} />),
    column('due', t('figures.rows.due'), { wideOnly: true }, (row) => (
      <TimeText at={row.task?.dueAt} show="day" />
    )),
    column('completed', t('figures.rows.completed'), (row) => (
      <TimeText at={row.task?.completedAt} show="moment" />
    )),
    column(
      'attempts',
      t('figures.rows.attempts'),
      { align: 'right', wideOnly: true },
      (row) => row.task?.attempts ?? '—',
    ),
    column(
      'assignee',
      t('figures.rows.assignee'),
      { wideOnly: true },
      (row) => row.task?.assigneeName ?? '—',
    ),
    column('task', t('figures.rows.task'), (row) =>
      row.task && may(me, 'task.read') ? (
        <Link to="/desk/$taskId" params={{ taskId: String(row.task.id) }}>
          {t('figures.rows.openTask')}
        </Link>
      ) : null,
    ),
  ]

  return (
    <ListPage
      title={t('figures.rows.title', {
        measure: [label, t(`figures.name.${name}`)].filter(Boolean).join(' · '),
      })}
      actions={
        <LinkButton to="/figures" search={back as never}>
          <ArrowLeftOutlined aria-hidden /> {t('figures.rows.back')}
        </LinkButton>
      }
      filters={
        <>
          <SelectFilter
            label={t('figures.rows.which')}
            value={countNames.find((one) => rowsOf[one] === rowsOf[name])}
            onChange={(figure) => setFilters({ figure })}
            options={countNames.map((value) => ({ value, text: t(`figures.name.${value}`) }))}
          />
          <span className="secondary">
            {t('figures.rows.scope', {
              from: query.from,
              to: query.to,
              level: t(`figures.level.l${query.level as 1 | 2 | 3}`),
            })}
          </span>
        </>
      }
      source={rows}
      columns={columns}
      rowKey={(row) => row.encounterId}
      {...(may(me, 'person.read')
        ? {
            onOpen: (row: Row) => void navigate({ to: '/persons/$id', params: { id: String(row.personId) } }),
          }
        : {})}
      empty={{ title: t('figures.rows.emptyTitle'), hint: t('figures.rows.emptyHint') }}
    />
  )
}
