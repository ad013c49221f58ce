import { sql } from 'kysely'
import type { VisitPlan, VisitRoute, VisitStop } from '../../../contract/visit-plan.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import {
  authorizeSite,
  roughly,
  viewVisitTask,
  type NamedVisit,
  visitTaskColumns,
  visitTaskJoins,
} from './open-visits.ts'
import type { LeftOut, PlanRules, Totals } from './plan.ts'
import { measure } from './route.ts'
import { nameSeenBy } from '../person/scope.ts'

type PlannedRow = NamedVisit & {
  stop_id: number
  team_id: number
  date: string
  stop_latitude: number
  stop_longitude: number
  replaced_at: Date | null
  proof: VisitStop['proof']
  distance_metres: number | null
}

/** Cost of a day: the drive and everybody's time. */
export function costOf(
  { km, minutes }: { km: number; minutes: number },
  team: { costPerKm: number; members: unknown[] },
  costPerStaffHour: number,
): number {
  return km * team.costPerKm + (minutes / 60) * team.members.length * costPerStaffHour
}

/** @throws {AppError} not-found */
export async function getPlan(db: Db, actor: Actor, id: number): Promise<VisitPlan> {
  authorize(actor, 'visit.read')
  const plan = found(await db.selectFrom('visit_plan').selectAll().where('id', '=', id).executeTakeFirst())
  authorizeSite(actor, 'visit.read', plan.site_id)
  const { rows } = await sql<PlannedRow>`
    select ${visitTaskColumns}, ${nameSeenBy(actor)} as person_name, s.id as stop_id, s.team_id, s.date, s.latitude as stop_latitude, s.longitude as stop_longitude, s.replaced_at,
      t.proof, r.distance_metres
    from visit_stop s join task t on t.id = s.task_id ${visitTaskJoins}
      left join lateral (select x.distance_metres from visit_record x where x.task_id = t.id order by x.id desc limit 1) r on true
    where s.plan_id = ${id} order by s.date, s.team_id, s.position`.execute(db)
  const leftOut = plan.left_out as LeftOut[]
  const { rows: others } = await sql<NamedVisit>`
    select ${visitTaskColumns}, ${nameSeenBy(actor)} as person_name from task t ${visitTaskJoins} where t.id = any(${leftOut.map((one) => one.taskId)}::bigint[])
    order by t.due_at, t.id`.execute(db)
  const reasons = new Map(leftOut.map((one) => [one.taskId, one.reason]))
  const rules = plan.rules as unknown as PlanRules
  const routes = [...Map.groupBy(rows, (row) => `${row.date}|${row.team_id}`).values()].map((stops) =>
    viewRoute(stops, rules),
  )
  const sum = (of: (route: VisitRoute) => number) => routes.reduce((all, one) => all + of(one), 0)
  const cost = sum((route) => route.cost)
  await audit(db, actor, {
    action: 'visit.plan.read',
    subject: `visit-plan:${id}`,
    fields: ['name', 'address-masked', 'position-rough'],
  })
  return {
    id,
    siteId: plan.site_id,
    status: plan.status,
    version: plan.version,
    from: plan.from_date,
    until: plan.until_date,
    base: rules.base,
    createdAt: plan.created_at.toISOString(),
    createdByName: plan.created_by_name,
    confirmedAt: plan.confirmed_at?.toISOString() ?? null,
    confirmedByName: plan.confirmed_by_name,
    dates: rules.dates,
    teams: rules.teams.map(({ id: teamId, name }) => ({ id: teamId, name })),
    routes,
    totals: {
      visits: rows.length,
      days: routes.length,
      km: sum((route) => route.km),
      minutes: sum((route) => route.minutes),
      cost,
      costPerVisit: rows.length > 0 ? cost / rows.length : null,
    },
    baseline: plan.baseline as Totals,
    leftOut: others.flatMap((row) => {
      const reason = reasons.get(row.task_id)
      return reason ? { ...viewVisitTask(row), reason } : []
    }),
    rules: {
      detour: rules.detour,
      costPerKm: rules.costPerKm,
      costPerStaffHour: rules.costPerStaffHour,
      visitMinutes: rules.visitMinutes,
      dayMinutes: rules.dayMinutes,
      radiusKm: rules.radiusKm,
    },
    abilities: { change: plan.status === 'draft' && may(actor, 'visit.plan') },
  }
}

function viewRoute(rows: PlannedRow[], rules: PlanRules): VisitRoute {
  const [first] = rows
  const team = rules.teams.find((one) => one.id === first?.team_id)
  const points = rows.map((row) => ({ latitude: row.stop_latitude, longitude: row.stop_longitude }))
  const { km, minutes, legs } = measure(rules.base, points, rules)
  let clock = rules.fromHour * 60
  const stops = rows.map((row, index): VisitStop => {
    const leg = legs[index] ?? { km: 0, minutes: 0 }
    const arrives = clock + leg.minutes
    clock = arrives + rules.visitMinutes
    return {
      ...viewVisitTask(row),
      stopId: row.stop_id,
      position: roughly(points[index] ?? rules.base),
      status: row.status,
      proof: row.proof,
      legKm: leg.km,
      legMinutes: leg.minutes,
      arrives,
      late: localDate(row.due_at, rules.timeZone) < row.date,
      replaced: row.replaced_at !== null,
      distanceMetres: row.distance_metres,
    }
  })
  return {
    teamId: first?.team_id ?? 0,
    teamName: team?.name ?? '',
    members: team?.members.map((member) => member.name) ?? [],
    vehicle: team?.vehicle ?? null,
    date: first?.date ?? '',
    km,
    minutes,
    backAt: rules.fromHour * 60 + minutes,
    cost: team ? costOf({ km, minutes }, team, rules.costPerStaffHour) : 0,
    over: minutes > rules.dayMinutes ? 'minutes' : rows.length > (team?.visitsPerDay ?? 0) ? 'visits' : null,
    stops,
  }
}
