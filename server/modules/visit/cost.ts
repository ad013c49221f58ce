import { sql } from 'kysely'
import type { z } from 'zod'
import type { getVisitCosts as costsRoute } from '../../../contract/visit-record.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { authorizeSite } from './open-visits.ts'
import { costOf } from './plan-view.ts'
import type { PlanRules } from './plan.ts'
import { ofMonth } from './records.ts'
import { measure } from './route.ts'

type Costs = z.input<(typeof costsRoute)['response']>

type DayRow = {
  team_id: number | null
  team_name: string | null
  date: string
  visits: number
  done: number
  door_minutes: number
  members: number
  cost_per_km: number | null
  /** Planned stops of the day, in order. */
  stops: { latitude: number; longitude: number }[] | null
  rules: PlanRules | null
}

/**
 * Cost of a month's visits: planned routes of days on which a team made a visit, and recorded times at the doors, by the plan's rules (by
 * the settings where there was no plan).
 */
export async function getCosts(
  db: Db,
  actor: Actor,
  { siteId, month }: { siteId: number; month: string },
): Promise<Costs> {
  authorizeSite(actor, 'visit.read', siteId)
  const settings = await readSettings(db, ['visit.cost.per-km', 'visit.cost.staff-hour'], siteId)
  const { rows } = await sql<DayRow>`
    with made as (
      select r.team_id, (r.arrived_at at time zone h.time_zone)::date as date, count(*)::int as visits,
        count(*) filter (where r.outcome = 'done')::int as done, sum(extract(epoch from r.left_at - r.arrived_at) / 60)::float8 as door_minutes
      from visit_record r join site h on h.id = r.site_id where ${ofMonth(siteId, month)} group by 1, 2
    )
    select m.team_id, v.name as team_name, m.date, m.visits, m.done, m.door_minutes, c.cost_per_km,
      (select count(*)::int from visit_team_member x where x.team_id = m.team_id) as members, l.stops, n.rules
    from made m left join visit_team v on v.id = m.team_id left join visit_vehicle c on c.id = v.vehicle_id
      left join lateral (
        select s.plan_id, jsonb_agg(jsonb_build_object('latitude', s.latitude, 'longitude', s.longitude) order by s.position) as stops
        from visit_stop s join visit_plan q on q.id = s.plan_id and q.status = 'confirmed'
        where s.team_id = m.team_id and s.date = m.date and s.replaced_at is null group by s.plan_id order by s.plan_id desc limit 1) l on true
      left join visit_plan n on n.id = l.plan_id
    order by v.name nulls last, m.date`.execute(db)
  await audit(db, actor, { action: 'visit.costs', subject: `site:${siteId} ${month}` })
  const byTeam = [...Map.groupBy(rows, (row) => row.team_id).values()]
  return {
    teams: byTeam.map((days) => {
      const measured = days.map((day) => dayCost(day, settings))
      const sum = (of: (day: (typeof measured)[number]) => number) =>
        measured.reduce((all, one) => all + of(one), 0)
      const visits = days.reduce((all, one) => all + one.visits, 0)
      const cost = sum((day) => day.cost)
      return {
        teamId: days[0]?.team_id ?? null,
        teamName: days[0]?.team_name ?? null,
        days: days.length,
        visits,
        done: days.reduce((all, one) => all + one.done, 0),
        km: sum((day) => day.km),
        minutes: sum((day) => day.minutes),
        cost,
        costPerVisit: visits > 0 ? cost / visits : null,
      }
    }),
  }
}

function dayCost(day: DayRow, settings: { 'visit.cost.per-km': number; 'visit.cost.staff-hour': number }) {
  const way =
    day.rules && day.stops
      ? measure(day.rules.base, day.stops, { ...day.rules, visitMinutes: 0 })
      : { km: 0, minutes: 0 }
  const planned = day.rules?.teams.find((team) => team.id === day.team_id)
  const team = planned ?? {
    costPerKm: day.cost_per_km ?? settings['visit.cost.per-km'],
    members: Array.from({ length: Math.max(day.members, 1) }),
  }
  const spent = { km: way.km, minutes: way.minutes + day.door_minutes }
  return {
    ...spent,
    cost: costOf(spent, team, day.rules?.costPerStaffHour ?? settings['visit.cost.staff-hour']),
  }
}
