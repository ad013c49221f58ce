import { personColumn } from '../../app/personColumn.tsx'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { VisitSetup } from '../../../contract/visit.ts'
import {
  getVisitCosts,
  listVisitRecords,
  settleVisitRecord,
  type VisitRecord,
} from '../../../contract/visit-record.ts'
import { isoDay } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { AreaField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { type Column, ListTable, column, useList } from '../../ui/ListPage.tsx'
import { MonthFilter } from '../../ui/DateFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { AnswerList } from '../task/AnswerText.tsx'
import { PhotoProvider, taskPhotos } from '../task/photos.ts'
import { useAmounts } from './amounts.ts'
import { refreshVisits } from './refresh.ts'
import { useDo } from '../../ui/useDo.ts'

/** What was made in a month and what it cost; each figure opens its visits. */
export function MadePanel({ siteId, setup }: { siteId: number; setup: VisitSetup }) {
  const { t } = useTranslation()
  const { km, time, money } = useAmounts()
  const [filters, setFilters] = useFilters()
  const month = first(filters['month']) ?? isoDay(new Date()).slice(0, 7)
  const teamId = Number(first(filters['teamId'])) || undefined
  const costs = useCall(getVisitCosts, { query: { siteId, month } })
  const kept = useCall(listVisitRecords, { query: { siteId, kept: true } })
  const waiting = kept.data?.items ?? []
  return (
    <div className="stack">
      {waiting.length > 0 && (
        <section className="panel visit-left">
          <h2>{t('visits.keptTitle', { n: waiting.length })}</h2>
          <p className="secondary">{t('visits.keptHint')}</p>
          <ul className="row-list">
            {waiting.map((record) => (
              <KeptRow key={record.id} record={record} maySettle={setup.mayPlan} />
            ))}
          </ul>
        </section>
      )}
      <div className="filter-bar">
        <MonthFilter label={t('visits.month')} of="month" initial={month} clears={['teamId']} />
      </div>
      <section className="panel">
        <h2>{t('visits.costs')}</h2>
        {costs.isError ? (
          <ErrorState error={costs.error} onRetry={() => void costs.refetch()} />
        ) : (costs.data?.teams.length ?? 0) === 0 ? (
          <p className="secondary">{costs.data ? t('visits.noVisits') : t('common.loading')}</p>
        ) : (
          <div className="list-scroll" tabIndex={0} role="region" aria-label={t('visits.costs')}>
            <table className="list-table">
              <thead>
                <tr>
                  {(['team', 'daysOut', 'visits', 'done', 'km', 'time', 'cost', 'costPerVisit'] as const).map(
                    (key) => (
                      <th key={key} scope="col">
                        {t(`visits.${key}`)}
                      </th>
                    ),
                  )}
                </tr>
              </thead>
              <tbody>
                {costs.data?.teams.map((team) => (
                  <tr key={team.teamId ?? 0}>
                    <th scope="row">{team.teamName ?? t('visits.noTeam')}</th>
                    <td>{team.days}</td>
                    <td>
                      <button
                        type="button"
                        className="plain-button"
                        aria-pressed={teamId !== undefined && teamId === team.teamId}
                        onClick={() =>
                          setFilters({
                            teamId:
                              team.teamId === null || team.teamId === teamId
                                ? undefined
                                : String(team.teamId),
                          })
                        }
                      >
                        {team.visits}
                      </button>
                    </td>
                    <td>{team.done}</td>
                    <td>{km(team.km)}</td>
                    <td>{time(team.minutes)}</td>
                    <td>{money(team.cost)}</td>
                    <td>{money(team.costPerVisit)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <Records siteId={siteId} month={month} teamId={teamId} />
    </div>
  )
}

function Records({ siteId, month, teamId }: { siteId: number; month: string; teamId: number | undefined }) {
  const { t } = useTranslation()
  const code = useCode()
  const { time } = useAmounts()
  const columns: Column<VisitRecord>[] = [
    column('arrived', t('visits.arrived'), (one) => <TimeText at={one.arrivedAt} show="moment" />),
    personColumn(t('visits.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('outcome', t('visits.result'), (one) => code('outcome', one.outcome)),
    column('stay', t('visits.stay'), (one) =>
      time((Date.parse(one.leftAt) - Date.parse(one.arrivedAt)) / 60_000),
    ),
    column('distance', t('visits.distance'), (one) =>
      one.distanceMetres === null
        ? t('visits.noPlace')
        : `${t('visits.metres', { n: one.distanceMetres })}${one.accuracyMetres === null ? '' : ` (±${one.accuracyMetres})`}`,
    ),
    column('visitor', t('visits.visitor'), (one) => `${one.actorName} ${one.teamName ?? ''}`),
    column('note', t('visits.note'), { wideOnly: true }, (one) =>
      [one.note, one.settled?.reason].filter(Boolean).join(' · '),
    ),
  ]
  const source = useList(listVisitRecords, { siteId, month, ...(teamId && { teamId }) })
  return (
    <ListTable
      label={t('visits.rows')}
      source={source}
      rowKey={(record) => record.id}
      empty={{ title: t('visits.noVisits') }}
      columns={columns}
    />
  )
}

function KeptRow({ record, maySettle }: { record: VisitRecord; maySettle: boolean }) {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const [reason, setReason] = useState<string | null>(null)
  const settle = useDo(settleVisitRecord, {
    done: t('visits.settled'),
    onDone: () => {
      refreshVisits()
    },
  })
  const [opened, setOpened] = useState(false)
  const sees = may(useMe(), 'person.reveal')
  const photos = useMemo(() => (sees ? taskPhotos(record.taskId) : null), [sees, record.taskId])
  const key = `visits.kept.${record.problem ?? ''}`
  return (
    <li>
      <div>
        <Link to="/desk/$taskId" params={{ taskId: String(record.taskId) }}>
          {record.personName}
        </Link>{' '}
        <TimeText at={record.arrivedAt} show="moment" /> {code('outcome', record.outcome)} ·{' '}
        {record.actorName}
        <div className="secondary small">
          {i18n.exists(key) ? String(t(key as never)) : record.problem}
          {record.note && ` · ${record.note}`}
        </div>
        {record.answers.length > 0 && (
          <details className="small" onToggle={(event) => setOpened(event.currentTarget.open)}>
            <summary>{t('visits.keptAnswers', { n: record.answers.length })}</summary>
            {/* Pictures are fetched, and logged, when somebody looks. */}
            {opened && (
              <PhotoProvider value={photos}>
                <AnswerList className="visit-answers" lines={record.answers} />
              </PhotoProvider>
            )}
          </details>
        )}
      </div>
      {maySettle && (
        <button type="button" className="plain-button" onClick={() => setReason('')}>
          {t('visits.settle')}
        </button>
      )}
      {reason !== null && (
        <FormDialog
          title={t('visits.settleTitle')}
          saving={settle.isPending}
          disabled={reason.trim().length < 2}
          onSave={() => settle.mutate({ params: { id: record.id }, body: { reason } })}
          onClose={() => setReason(null)}
        >
          <AreaField label={t('visits.settleTitle')} value={reason} maxLength={200} onChange={setReason} />
        </FormDialog>
      )}
    </li>
  )
}
