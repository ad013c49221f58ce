import { useTranslation } from 'react-i18next'
import type { VisitPlan } from '../../../contract/visit-plan.ts'
import { useTime } from '../../format/useTime.ts'
import { type Place, routeKey } from './place.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

type PlaceSelectProps = {
  plan: VisitPlan
  label: string
  /** The day it is on; left out: it is on none. */
  current?: { teamId: number; date: string }
  onChoose: (to: Place | null) => void
}

/** All days and teams of the plan: the way to move a visit without a pointer. */
export function PlaceSelect({ plan, label, current, onChoose }: PlaceSelectProps) {
  const { t } = useTranslation()
  const time = useTime()
  const places = plan.dates.flatMap((date) =>
    plan.teams.map((team) => ({ date, teamId: team.id, name: team.name })),
  )
  const choose = (value: string) => {
    const place = places.find((one) => routeKey(one) === value)
    if (!place) {
      onChoose(null)
      return
    }
    const route = plan.routes.find((one) => routeKey(one) === value)
    onChoose({ teamId: place.teamId, date: place.date, position: route?.stops.length ?? 0 })
  }
  return (
    <SelectFilter
      label={label}
      value={current ? routeKey(current) : undefined}
      {...(!current && { all: '—' })}
      options={[
        ...places.map((place) => ({
          value: routeKey(place),
          text: `${time.day(`${place.date}T00:00:00`)} ${place.name}`,
        })),
        ...(current ? [{ value: 'out', text: t('visits.takeOut') }] : []),
      ]}
      onChange={(next = '') => choose(next)}
    />
  )
}
