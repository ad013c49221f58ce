import { App } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getVisitSheet, type VisitPlan, type VisitRoute } from '../../../contract/visit-plan.ts'
import { call } from '../../api.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { clockOf } from './amounts.ts'

type Doors = Map<number, { address: string | null; phone: string | null }>
type DaySheetProps = { plan: VisitPlan; route: VisitRoute; onDone: () => void }

/** The sheet of a day on paper, with whole addresses; on the screen it does not show. */
export function DaySheet({ plan, route, onDone }: DaySheetProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const [doors, setDoors] = useState<Doors | null>(null)
  const asked = useRef(false)
  useEffect(() => {
    if (asked.current) return
    asked.current = true
    call(getVisitSheet, { params: { id: plan.id }, body: { teamId: route.teamId, date: route.date } })
      .then(({ items }) => setDoors(new Map(items.map((item) => [item.taskId, item]))))
      .catch((error: unknown) => {
        void message.error(explain(error))
        onDone()
      })
  })
  useEffect(() => {
    if (!doors) return
    addEventListener('afterprint', onDone, { once: true })
    print()
    return () => removeEventListener('afterprint', onDone)
  }, [doors, onDone])
  if (!doors) return null
  return (
    <section className="visit-sheet">
      <h1>{t('visits.sheet', { date: route.date, team: route.teamName })}</h1>
      <p>{[route.vehicle, route.members.join('、')].filter(Boolean).join(' · ')}</p>
      <table>
        <thead>
          <tr>
            <th>#</th>
            <th>{t('visits.arrived')}</th>
            <th>{t('visits.person')}</th>
            <th>{t('visits.wholeAddress')}</th>
            <th>{t('visits.phone')}</th>
            <th>{t('visits.result')}</th>
          </tr>
        </thead>
        <tbody>
          {route.stops.map((stop, index) => (
            <tr key={stop.taskId}>
              <td>{index + 1}</td>
              <td>{clockOf(stop.arrives)}</td>
              <td>{stop.personName}</td>
              <td>{doors.get(stop.taskId)?.address ?? stop.address}</td>
              <td>{doors.get(stop.taskId)?.phone}</td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
