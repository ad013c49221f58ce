import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  getVisitCosts as costsRoute,
  listVisitRecords as listRoute,
  VisitRecord,
} from '../../../contract/visit.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { nameFor } from '../person/mask.ts'
import { readSettings } from '../setting/setting.ts'
import { authorizeSite } from './open-visits.ts'
import { costOf } from './plan-view.ts'
import type { PlanRules } from './plan.ts'
import { measure } from './route.ts'

type Costs = z.input<(typeof costsRoute)['response']>

/** Records `r` of a site's month; `z` is its time zone. */
const ofMonth = (siteId: number, month: string) => sql`
  r.site_id = ${siteId} and r.arrived_at >= (${`${month}-01`}::date::timestamp at time zone h.time_zone)
  and r.arrived_at < ((${`${month}-01`}::date + interval '1 month') at time zone h.time_zone)`

type DayRow = {
  team_id: number | null
  team_name: string | null
  date: string
  visits: number
  done: number
  door_minutes: number
  members: number
  cost_per_km: number | null
  /** Stops of the day as they were planned, in order. */
  stops: { latitude: number; longitude: number }[] | null
  rules: PlanRules | null
}

/**
 * What the visits of a month cost: the way as planned of every day on which a team made a visit, the time at the doors as recorded, by the rules
 * of the plan (by the settings where nothing was planned).
 */
export async function getCosts(
  db: Db,
  actor: Actor,
  { siteId, month }: { siteId: number; month: string },
): Promise<Costs> {
  authorizeSite(actor, 'visit.read', siteId)
  const settings = await readSettings(db, ['visit.cost.per-km', 'visit.cost.staff-hour'])
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

type RecordRow = {
  id: number
  task_id: number
  person_id: number
  person_name: string
  team_id: number | null
  team_name: string | null
  actor_name: string
  outcome: VisitRecord['outcome']
  arrived_at: Date
  left_at: Date
  distance_metres: number | null
  accuracy_metres: number | null
  note: string | null
  status: 'applied' | 'kept'
  problem: string | null
  settled_at: Date | null
  settled_by_name: string | null
  settled_reason: string | null
}

export async function listRecords(db: Db, actor: Actor, query: z.output<(typeof listRoute)['query']>) {
  authorizeSite(actor, 'visit.read', query.siteId)
  const after = decodeCursor<[number]>(query.cursor, ['number'])
  const parts = [
    query.month ? ofMonth(query.siteId, query.month) : sql`r.site_id = ${query.siteId}`,
    ...(query.teamId ? [sql`r.team_id = ${query.teamId}`] : []),
    ...(query.kept ? [sql`r.status = 'kept' and r.settled_at is null`] : []),
    ...(after ? [sql`r.id < ${after[0]}`] : []),
  ]
  const { rows } = await sql<RecordRow>`
    select r.*, t.person_id, p.name as person_name, v.name as team_name
    from visit_record r join site h on h.id = r.site_id join task t on t.id = r.task_id join person p on p.id = t.person_id
      left join visit_team v on v.id = r.team_id
    where ${sql.join(parts, sql` and `)} order by r.id desc limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'visit.records',
    subject: `site:${query.siteId}`,
    fields: ['name', 'note'],
  })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => viewRecord(row, actor),
  )
}

function viewRecord(row: RecordRow, actor: Actor): VisitRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    personId: row.person_id,
    personName: nameFor(actor, row.person_name),
    teamId: row.team_id,
    teamName: row.team_name,
    actorName: row.actor_name,
    outcome: row.outcome,
    arrivedAt: row.arrived_at.toISOString(),
    leftAt: row.left_at.toISOString(),
    distanceMetres: row.distance_metres,
    accuracyMetres: row.accuracy_metres,
    note: row.note,
    status: row.status,
    problem: row.problem,
    settled:
      row.settled_at === null
        ? null
        : {
            at: row.settled_at.toISOString(),
            byName: row.settled_by_name ?? '',
            reason: row.settled_reason ?? '',
          },
  }
}

/** @throws {AppError} not-found, also when it was settled already */
export async function settleRecord(trx: Trx, actor: Actor, id: number, reason: string): Promise<void> {
  authorize(actor, 'visit.plan')
  const record = found(
    await trx
      .selectFrom('visit_record as r')
      .innerJoin('task as t', 't.id', 'r.task_id')
      .select(['r.site_id', 't.person_id'])
      .where('r.id', '=', id)
      .where('r.status', '=', 'kept')
      .where('r.settled_at', 'is', null)
      .forUpdate('r')
      .executeTakeFirst(),
  )
  authorizeSite(actor, 'visit.plan', record.site_id)
  await trx
    .updateTable('visit_record')
    .set({ settled_at: sql`now()`, settled_by_name: actor.name, settled_reason: reason })
    .where('id', '=', id)
    .execute()
  await audit(trx, actor, {
    action: 'visit.settle',
    personId: record.person_id,
    subject: `visit-record:${id}`,
    reason,
  })
}
