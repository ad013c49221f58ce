import './visit.css'
import { useParams } from '@tanstack/react-router'
import { App, Button, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getVisitSetup } from '../../../contract/visit.ts'
import {
  confirmVisitPlan,
  getVisitPlan,
  moveVisitStop,
  shortenVisitRoute,
  type VisitPlan,
  type VisitRoute,
} from '../../../contract/visit-plan.ts'
import { keyOf, queryClient, useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useAmounts } from './amounts.ts'
import { DaySheet } from './DaySheet.tsx'
import { LeftOut } from './LeftOut.tsx'
import { refreshVisits } from './refresh.ts'
import { type Place, routeKey } from './place.ts'
import { RouteCard } from './RouteCard.tsx'
import { VisitMap } from './VisitMap.tsx'
import { useDo } from '../../ui/useDo.ts'

/** A plan: map, routes by day and team, what is left out; a draft can be changed and confirmed. */
export default function PlanPage() {
  const { id } = useParams({ strict: false })
  const plan = useCall(getVisitPlan, { params: { id: Number(id) } })
  if (plan.isError || !plan.data) return <Unloaded page query={plan} height={400} />
  return <Plan plan={plan.data} />
}

function Plan({ plan }: { plan: VisitPlan }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [marked, setMarked] = useState<string | null>(null)
  const [sheet, setSheet] = useState<VisitRoute | null>(null)
  const setup = useCall(getVisitSetup, { query: { siteId: plan.siteId } })
  const keep = (next: VisitPlan) => {
    queryClient.setQueryData(keyOf(getVisitPlan, { params: { id: plan.id } }), next)
  }
  const move = useDo(moveVisitStop, { onDone: keep, stale: [getVisitPlan] })
  const shorten = useDo(shortenVisitRoute, { onDone: keep, stale: [getVisitPlan] })
  const confirm = useDo(confirmVisitPlan, { done: t('visits.confirmed'), onDone: refreshVisits })
  const params = { id: plan.id }
  const { version } = plan
  const busy = move.isPending || shorten.isPending
  const put = (taskId: number, to: Place | null) => {
    if (!busy) move.mutate({ params, body: { version, taskId, to } })
  }
  const ask = () =>
    void modal.confirm({
      title: t('visits.confirm'),
      content: t('visits.confirmAsk', { n: plan.totals.visits }),
      okText: t('visits.confirm'),
      cancelText: t('common.cancel'),
      onOk: () => confirm.mutateAsync({ params, body: { version } }),
    })

  return (
    <div className="page">
      <div className="visit-screen">
        <PageHeader
          title={t('visits.planTitle', { from: plan.from, until: plan.until })}
          extra={
            plan.abilities.change && (
              <Button
                type="primary"
                loading={confirm.isPending}
                disabled={plan.totals.visits === 0 || busy}
                onClick={ask}
              >
                {t('visits.confirm')}
              </Button>
            )
          }
        >
          <p>
            <StatusTag tone={plan.status === 'draft' ? 'warning' : 'success'}>
              {t(`visits.status.${plan.status}`)}
            </StatusTag>{' '}
            <span className="secondary small">{plan.confirmedByName ?? plan.createdByName}</span>
          </p>
          <Totals plan={plan} />
        </PageHeader>
        <div className="visit-plan">
          <div className="visit-plan-map">
            <VisitMap
              base={plan.base}
              zones={marked === null ? (setup.data?.zones.filter((zone) => zone.active) ?? []) : []}
              lines={plan.routes.flatMap((route, tone) =>
                marked !== null && marked !== routeKey(route)
                  ? []
                  : { points: [plan.base, ...route.stops.map((stop) => stop.position), plan.base], tone },
              )}
              markers={plan.routes.flatMap((route, tone) =>
                marked !== null && marked !== routeKey(route)
                  ? []
                  : route.stops.map((stop, index) => ({
                      point: stop.position,
                      label: String(index + 1),
                      title: `${stop.personName} ${route.date} ${route.teamName}`,
                      tone,
                    })),
              )}
            />
          </div>
          <div className="stack">
            {plan.routes.map((route, tone) => (
              <RouteCard
                key={routeKey(route)}
                plan={plan}
                route={route}
                tone={tone}
                marked={marked === routeKey(route)}
                onMark={(on) => setMarked(on ? routeKey(route) : null)}
                onPut={put}
                onShorten={() =>
                  shorten.mutate({ params, body: { version, teamId: route.teamId, date: route.date } })
                }
                onPrint={() => setSheet(route)}
              />
            ))}
            <LeftOut plan={plan} onPut={put} />
          </div>
        </div>
      </div>
      {sheet && <DaySheet plan={plan} route={sheet} onDone={() => setSheet(null)} />}
    </div>
  )
}

function Totals({ plan }: { plan: VisitPlan }) {
  const { t } = useTranslation()
  const { km, time, money } = useAmounts()
  const { totals, baseline, rules } = plan
  const savedKm = baseline.km - totals.km
  const facts = [
    [t('visits.visits'), String(totals.visits)],
    [t('visits.teamDays'), String(totals.days)],
    [t('visits.km'), km(totals.km)],
    [t('visits.time'), time(totals.minutes)],
    [t('visits.cost'), money(totals.cost)],
    [t('visits.costPerVisit'), money(totals.costPerVisit)],
  ]
  return (
    <>
      <dl className="visit-totals">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        {savedKm > 0.05
          ? t('visits.saved', {
              km: savedKm.toFixed(1),
              time: time(Math.max(baseline.minutes - totals.minutes, 0)),
            })
          : t('visits.notSaved', { km: baseline.km.toFixed(1) })}{' '}
        <Popover
          trigger="click"
          title={t('visits.how')}
          content={
            <p className="figure-how">
              {t('visits.howText', {
                detour: rules.detour,
                visit: rules.visitMinutes,
                day: rules.dayMinutes,
                radius: rules.radiusKm,
                hour: rules.costPerStaffHour,
              })}
            </p>
          }
        >
          <button type="button" className="plain-button">
            {t('visits.how')}
          </button>
        </Popover>
      </p>
    </>
  )
}
