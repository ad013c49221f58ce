import { Button } from 'antd'
import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import { type DragEvent, useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { VisitPlan, VisitRoute, VisitStop } from '../../../contract/visit-plan.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ProofTag } from '../task/ProofTag.tsx'
import { clockOf, useAmounts } from './amounts.ts'
import type { Place } from './place.ts'
import { PlaceSelect } from './PlaceSelect.tsx'

const dragType = 'application/x-visit'

type RouteCardProps = {
  plan: VisitPlan
  route: VisitRoute
  tone: number
  marked: boolean
  onMark: (on: boolean) => void
  onPut: (taskId: number, to: Place | null) => void
  onShorten: () => void
  onPrint: () => void
}

/** One team's day; stops are dragged, or moved with the buttons and the list of days. */
export function RouteCard({ plan, route, tone, marked, onMark, onPut, onShorten, onPrint }: RouteCardProps) {
  const { t } = useTranslation()
  const time = useTime()
  const { km, time: span, money } = useAmounts()
  const [over, setOver] = useState<number | null>(null)
  const { change } = plan.abilities
  const drop = (event: DragEvent, position: number) => {
    event.preventDefault()
    setOver(null)
    const taskId = Number(event.dataTransfer.getData(dragType))
    const here = route.stops.findIndex((stop) => stop.taskId === taskId)
    // Taken out of its own day first, the places below it move up by one.
    const to = here >= 0 && here < position ? position - 1 : position
    if (taskId) onPut(taskId, { teamId: route.teamId, date: route.date, position: to })
  }
  const accepts = (event: DragEvent, position: number) => {
    if (!change || !event.dataTransfer.types.includes(dragType)) return
    event.preventDefault()
    setOver(position)
  }
  const name = `${time.day(`${route.date}T00:00:00`)} ${route.teamName}`
  return (
    <section
      className={`visit-route ${route.over ? 'is-over' : ''}`}
      aria-label={name}
      onDragOver={(event) => accepts(event, route.stops.length)}
      onDrop={(event) => drop(event, route.stops.length)}
      onDragLeave={() => setOver(null)}
    >
      <div className="visit-route-head">
        <h2>
          <button
            type="button"
            className="plain-button"
            aria-pressed={marked}
            onClick={() => onMark(!marked)}
          >
            {name}
          </button>
        </h2>
        <span>
          {km(route.km)} · {span(route.minutes)} · {money(route.cost)}
        </span>
        {route.over && <strong className="text-danger">{t(`visits.over.${route.over}`)}</strong>}
      </div>
      <p className="secondary small">
        {[route.vehicle, route.members.join('、')].filter(Boolean).join(' · ')} ·{' '}
        {t('visits.back', { time: clockOf(route.backAt) })}
      </p>
      <ol className="visit-stops">
        {route.stops.map((stop, index) => (
          <li
            key={stop.taskId}
            draggable={change}
            className={over === index ? 'is-over' : undefined}
            onDragStart={(event) => event.dataTransfer.setData(dragType, String(stop.taskId))}
            onDragOver={(event) => {
              event.stopPropagation()
              accepts(event, index)
            }}
            onDrop={(event) => {
              event.stopPropagation()
              drop(event, index)
            }}
          >
            <span className={`visit-number tone-${tone % 6}`}>{index + 1}</span>
            <StopText stop={stop} />
            {change && (
              <span className="visit-stop-tools">
                <Button
                  disabled={index === 0}
                  aria-label={t('visits.up', { name: stop.personName })}
                  onClick={() => onPut(stop.taskId, { ...route, position: index - 1 })}
                >
                  <ArrowUpOutlined aria-hidden />
                </Button>
                <Button
                  disabled={index === route.stops.length - 1}
                  aria-label={t('visits.down', { name: stop.personName })}
                  onClick={() => onPut(stop.taskId, { ...route, position: index + 1 })}
                >
                  <ArrowDownOutlined aria-hidden />
                </Button>
                <PlaceSelect
                  plan={plan}
                  label={t('visits.moveTo', { name: stop.personName })}
                  current={route}
                  onChoose={(to) => onPut(stop.taskId, to)}
                />
              </span>
            )}
          </li>
        ))}
      </ol>
      <p className="row-actions">
        {change && route.stops.length > 2 && (
          <button type="button" className="plain-button" onClick={onShorten}>
            {t('visits.shorten')}
          </button>
        )}
        {plan.status === 'confirmed' && (
          <button type="button" className="plain-button" onClick={onPrint}>
            {t('visits.print')}
          </button>
        )}
      </p>
    </section>
  )
}

function StopText({ stop }: { stop: VisitStop }) {
  const { t } = useTranslation()
  const code = useCode()
  const { km } = useAmounts()
  const time = useTime()
  return (
    <div>
      <div>
        <strong>{clockOf(stop.arrives)}</strong>{' '}
        <Link to="/persons/$id" params={{ id: String(stop.personId) }}>
          {stop.personName}
        </Link>{' '}
        <span className="secondary small">{stop.address}</span>
      </div>
      <div className="secondary small">
        {km(stop.legKm)} · {t('visits.due')} {time.day(stop.dueAt)}
        {stop.late && <strong className="text-danger"> {t('visits.late')}</strong>}
        {stop.replaced && ` · ${t('visits.replaced')}`}
        {['completed', 'cancelled'].includes(stop.status) && ` · ${code('taskStatus', stop.status)}`}{' '}
        {stop.proof && <ProofTag proof={stop.proof} />}
        {stop.distanceMetres !== null &&
          ` · ${t('visits.distance')} ${t('visits.metres', { n: stop.distanceMetres })}`}
      </div>
    </div>
  )
}
