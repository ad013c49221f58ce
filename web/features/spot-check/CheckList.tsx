import { personColumn } from '../../app/personColumn.tsx'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  acceptSpotCheck,
  listSpotChecks,
  type SpotCheck,
  type SpotCheckStatus,
} from '../../../contract/spot-check.ts'
import { useCode } from '../../i18n/useCode.ts'
import { may, useMe } from '../../session.tsx'
import { type Filters, first } from '../../ui/filters.ts'
import { type Column, ListTable, useList, column } from '../../ui/ListPage.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { AppealDialog } from './AppealDialog.tsx'
import { CheckFields } from './CheckFields.tsx'
import { refreshSpotChecks } from './refresh.ts'
import { useDo } from '../../ui/useDo.ts'

const tones: Record<SpotCheckStatus, Tone> = {
  open: 'primary',
  agree: 'success',
  disagree: 'danger',
  unclear: 'neutral',
  unreached: 'warning',
}

const views = ['all', 'open', 'disagree', 'appeals'] as const
type View = (typeof views)[number]

const queryOf: Record<View, object> = {
  all: {},
  open: { status: 'open' },
  disagree: { status: 'disagree' },
  appeals: { appeal: 'open' },
}

type CheckListProps = {
  siteId: number | undefined
  month: string
  filters: Filters
  onFilter: (patch: Filters) => void
  appealDays: number
}

/** Single checks. Appeals that wait for a decision, and one's own results, are shown whatever their month. */
export function CheckList({ siteId, month, filters, onFilter, appealDays }: CheckListProps) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [dialog, setDialog] = useState<{ check: SpotCheck; act: 'appeal' | 'decide' } | null>(null)
  const view = views.find((one) => one === first(filters['view'])) ?? 'all'
  const staffId = Number(first(filters['staffId'])) || undefined
  const own = me.permissions['spot-check.read'] === 'own'
  const everyMonth = view === 'appeals' || own
  const source = useList(listSpotChecks, {
    ...(everyMonth ? {} : { siteId, month }),
    ...(staffId && !own ? { staffId } : {}),
    ...queryOf[view],
  })
  const accept = useDo(acceptSpotCheck, {
    done: t('spotChecks.accepted'),
    onDone: () => {
      refreshSpotChecks()
    },
  })

  const columns: Column<SpotCheck>[] = [
    ...(everyMonth ? [column('month', t('spotChecks.month'), (row: SpotCheck) => row.month)] : []),
    ...(own ? [] : [column('doctor', t('spotChecks.doctor'), (row: SpotCheck) => row.staffName)]),
    personColumn(t('figures.rows.person'), (row) => ({ id: row.personId, name: row.personName })),
    column('completed', t('spotChecks.recordedAt'), (row) => <TimeText at={row.completedAt} show="day" />),
    column(
      'risk',
      t('spotChecks.risks'),
      { wideOnly: true },
      (row) => row.reasons.map((reason) => code('riskReason', reason)).join('、') || '—',
    ),
    column('status', t('spotChecks.result'), (row) => (
      <StatusTag tone={tones[row.status]}>{code('spotCheckStatus', row.status)}</StatusTag>
    )),
    column('fields', t('spotChecks.fields'), (row) => <CheckFields fields={row.fields} />),
    column('appeal', t('spotChecks.appeal'), (row) => <AppealText check={row} />),
    column('act', t('spotChecks.act'), (row) => (
      <span className="button-line">
        {row.taskId !== null && row.status === 'open' && may(me, 'task.work') && (
          <Link to="/desk/$taskId" params={{ taskId: String(row.taskId) }}>
            {t('spotChecks.work')}
          </Link>
        )}
        {row.abilities.appeal && (
          <>
            <Button size="small" onClick={() => setDialog({ check: row, act: 'appeal' })}>
              {t('spotChecks.doAppeal')}
            </Button>
            <Button
              size="small"
              loading={accept.isPending}
              onClick={() => accept.mutate({ params: { id: row.id } })}
            >
              {t('spotChecks.accept')}
            </Button>
          </>
        )}
        {row.abilities.decide && (
          <Button size="small" type="primary" onClick={() => setDialog({ check: row, act: 'decide' })}>
            {t('spotChecks.decide')}
          </Button>
        )}
      </span>
    )),
  ]

  return (
    <section className="panel" aria-label={t('spotChecks.checks')}>
      <div className="panel-head">
        <h2>{t(own ? 'spotChecks.myChecks' : 'spotChecks.checks')}</h2>
        {own && <span className="secondary small">{t('spotChecks.appealWithin', { n: appealDays })}</span>}
        <div className="filter-bar" role="group" aria-label={t('spotChecks.result')}>
          {views
            .filter((one) => !(own && one === 'open'))
            .map((one) => (
              <button
                key={one}
                type="button"
                className="chip"
                aria-pressed={one === view}
                onClick={() => onFilter({ view: one === 'all' ? undefined : one })}
              >
                {t(`spotChecks.view.${one}`)}
              </button>
            ))}
        </div>
      </div>
      <ListTable
        label={t('spotChecks.checks')}
        source={source}
        columns={columns}
        rowKey={(row) => row.id}
        empty={{ title: t(`spotChecks.empty.${view}`) }}
      />
      {dialog && <AppealDialog {...dialog} onClose={() => setDialog(null)} />}
    </section>
  )
}

function AppealText({ check }: { check: SpotCheck }) {
  const { t } = useTranslation()
  const code = useCode()
  const { appeal, acceptedAt } = check
  if (!appeal) return <>{acceptedAt ? t('spotChecks.wasAccepted') : '—'}</>
  return (
    <span className="spot-check-appeal">
      <StatusTag
        tone={appeal.decision === null ? 'warning' : appeal.decision === 'upheld' ? 'success' : 'neutral'}
      >
        {appeal.decision === null ? t('spotChecks.waiting') : code('appealDecision', appeal.decision)}
      </StatusTag>
      <span className="secondary small">
        {appeal.byName}：{appeal.reason}
      </span>
      {appeal.decisionReason && (
        <span className="secondary small">
          {appeal.decidedByName}：{appeal.decisionReason}
        </span>
      )}
    </span>
  )
}
