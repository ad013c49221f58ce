import { personColumn } from '../../app/personColumn.tsx'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listVisitTasks, type VisitSetup, type VisitTask } from '../../../contract/visit.ts'
import { createVisitPlan } from '../../../contract/visit-plan.ts'
import { isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { CheckField, DateField, NumberField } from '../../ui/fields.ts'
import { ByHandDialog } from './ByHandDialog.tsx'
import { PositionDialog } from './PositionDialog.tsx'
import { refreshVisits } from './refresh.ts'
import { VisitMap } from './VisitMap.tsx'
import { type Column, ListTable, column } from '../../ui/ListPage.tsx'
import { useDo } from '../../ui/useDo.ts'

/** Who is to be visited, and the way to a plan. */
export function OpenPanel({ siteId, setup }: { siteId: number; setup: VisitSetup }) {
  const { t } = useTranslation()
  const time = useTime()
  const me = useMe()
  const [adding, setAdding] = useState(false)
  const [placing, setPlacing] = useState<VisitTask | null>(null)
  const tasks = useCall(listVisitTasks, { query: { siteId } })
  if (tasks.isError || !tasks.data) return <Unloaded query={tasks} />
  const { items, draft, plans } = tasks.data
  const missing = items.filter((item) => item.position === null)
  const mayPlace = may(me, 'person.write')
  const place = (item: VisitTask) => t(item.position ? 'visits.changePosition' : 'visits.setPosition')
  const columns: Column<VisitTask>[] = [
    column('number', '#', 40, (item) => items.indexOf(item) + 1),
    personColumn(t('visits.person'), (item) => ({ id: item.personId, name: item.personName })),
    column('address', t('visits.address'), (item) => item.address ?? '—'),
    column('due', t('visits.due'), (item) => time.day(item.dueAt)),
    column('planned', t('visits.planned'), (item) =>
      item.planned
        ? `${time.day(`${item.planned.date}T00:00:00`)} ${item.planned.teamName}`
        : t('visits.notPlanned'),
    ),
    column('position', t('visits.position'), (item) =>
      item.address !== null && mayPlace ? (
        <Button
          type="link"
          size="small"
          aria-label={`${place(item)} ${item.personName}`}
          onClick={() => setPlacing(item)}
        >
          {place(item)}
        </Button>
      ) : item.position ? (
        '✓'
      ) : (
        '—'
      ),
    ),
  ]
  return (
    <div className="stack">
      {setup.mayPlan && <PlanForm siteId={siteId} setup={setup} some={items.length > 0} />}
      {draft && (
        <div className="notice tone-warning">
          <p>
            {t('visits.draft', { name: draft.createdByName })}{' '}
            <Link to="/visits/plans/$id" params={{ id: String(draft.id) }}>
              {t('visits.openDraft')}
            </Link>{' '}
            {setup.mayPlan && <span className="secondary">{t('visits.draftGoes')}</span>}
          </p>
        </div>
      )}
      <section className="panel">
        <div className="panel-head">
          <h2>{t('visits.open', { n: items.length })}</h2>
          {setup.mayPlan && (
            <Button size="small" onClick={() => setAdding(true)}>
              {t('visits.byHand')}
            </Button>
          )}
          <span className="secondary small">
            {t('visits.alreadyPlanned', { n: items.filter((item) => item.planned).length })} ·{' '}
            {t('visits.noPosition', { n: missing.length })}
          </span>
        </div>
        {items.length === 0 ? (
          <EmptyState title={t('visits.none')} hint={t('visits.noneHint')} />
        ) : (
          <>
            <VisitMap
              base={setup.base}
              zones={setup.zones.filter((zone) => zone.active)}
              height={320}
              markers={items.flatMap((item, index) =>
                item.position
                  ? {
                      point: item.position,
                      label: String(index + 1),
                      title: item.personName,
                      tone: item.planned ? 3 : 0,
                    }
                  : [],
              )}
            />
            <ListTable
              label={t('visits.open', { n: items.length })}
              source={{ ...tasks, items }}
              rowKey={(item) => item.taskId}
              columns={columns}
              empty={{ title: t('visits.none') }}
            />
          </>
        )}
      </section>
      <section className="panel">
        <h2>{t('visits.plans')}</h2>
        {plans.length === 0 ? (
          <p className="secondary">{t('visits.noPlans')}</p>
        ) : (
          <ul className="row-list">
            {plans.map((plan) => (
              <li key={plan.id}>
                <Link to="/visits/plans/$id" params={{ id: String(plan.id) }}>
                  {t('visits.planTitle', { from: plan.from, until: plan.until })}
                </Link>
                <span className="secondary small">
                  {t('visits.confirmedBy', { name: plan.confirmedByName })} {time.moment(plan.confirmedAt)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {adding && <ByHandDialog siteId={siteId} onClose={() => setAdding(false)} />}
      {placing && <PositionDialog task={placing} setup={setup} onClose={() => setPlacing(null)} />}
    </div>
  )
}

function PlanForm({ siteId, setup, some }: { siteId: number; setup: VisitSetup; some: boolean }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [from, setFrom] = useState(isoDay(new Date()))
  const [days, setDays] = useState(5)
  const [again, setAgain] = useState(false)
  const make = useDo(createVisitPlan, {
    onDone: (plan) => {
      refreshVisits()
      void navigate({ to: '/visits/plans/$id', params: { id: String(plan.id) } })
    },
  })
  const hasTeam = setup.teams.some((team) => team.active && team.members.length > 0)
  const lack = !setup.base ? t('visits.needBase') : !hasTeam ? t('visits.needTeam') : null
  if (lack) return <p className="notice tone-warning">{lack}</p>
  return (
    <form
      className="panel visit-form"
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate({ body: { siteId, from, days, again } })
      }}
    >
      <DateField label={t('visits.from')} required value={from} onChange={setFrom} />
      <NumberField label={t('visits.days')} value={days} min={1} max={60} onChange={setDays} />
      <CheckField label={t('visits.again')} checked={again} onChange={setAgain} />
      <Button type="primary" htmlType="submit" loading={make.isPending} disabled={!some}>
        {t('visits.make')}
      </Button>
    </form>
  )
}
