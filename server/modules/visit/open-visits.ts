import { type RawBuilder, sql } from 'kysely'
import type { Point } from '../../../contract/geo.ts'
import type { VisitTask } from '../../../contract/visit.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { joinPerson, recordsOf } from '../event/record.ts'
import { maskAddress } from '../person/mask.ts'
import { nameSeenBy } from '../person/scope.ts'

/** @throws {AppError} forbidden, not-found when the site is outside the reach */
export function authorizeSite(actor: Actor, permission: 'visit.read' | 'visit.plan', siteId: number): Reach {
  const reach = authorize(actor, permission)
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  return reach
}

export type VisitTaskRow = {
  task_id: number
  person_id: number
  start_at: Date
  next_attempt_at: Date | null
  due_at: Date
  status: 'requested' | 'in-progress' | 'completed' | 'cancelled'
  text: string | null
  city: string | null
  district: string | null
  province: string | null
  latitude: number | null
  longitude: number | null
}

export const visitTaskColumns = sql`
  t.id as task_id, p.id as person_id, t.start_at, t.next_attempt_at, t.due_at, t.status, a.text, a.city, a.district,
  a.province, a.latitude, a.longitude`

/** The person of task `t` and their home: for merged records, the address stated last. */
export const visitTaskJoins = sql`
  ${joinPerson(sql`t.person_id`)} left join lateral (${homeOf(sql`p.id`)}) a on true`

export function homeOf(personId: RawBuilder<unknown>) {
  return sql`select x.person_id, x.text, x.city, x.district, x.province, x.latitude, x.longitude from person_address x
    where x.person_id = any(${recordsOf(personId)}) and x.use = 'home' order by x.updated_at desc, x.id limit 1`
}

export const openVisit = sql`t.kind = 'home-visit' and t.assignee_role = 'outreach' and t.status in ('requested', 'in-progress')`

/** In a confirmed plan for a future day. */
export const plannedStop = sql`
  select s.date, v.name as team_name from visit_stop s join visit_plan n on n.id = s.plan_id and n.status = 'confirmed'
    join visit_team v on v.id = s.team_id join site h on h.id = n.site_id
  where s.task_id = t.id and s.replaced_at is null and s.date >= (now() at time zone h.time_zone)::date
  order by s.id desc limit 1`

/** Rounded to some hundred metres: enough for a map, not for a front door (S21). */
export const roughly = ({ latitude, longitude }: Point): Point => ({
  latitude: Math.round(latitude * 1000) / 1000,
  longitude: Math.round(longitude * 1000) / 1000,
})

export function positionOf(row: Pick<VisitTaskRow, 'latitude' | 'longitude'>): Point | null {
  return row.latitude === null || row.longitude === null
    ? null
    : { latitude: row.latitude, longitude: row.longitude }
}

export type NamedVisit = VisitTaskRow & { person_name: string }

export function viewVisitTask(row: NamedVisit) {
  const at = positionOf(row)
  return {
    taskId: row.task_id,
    personId: row.person_id,
    personName: row.person_name,
    address: row.text === null ? null : maskAddress(row),
    startAt: row.start_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    position: at && roughly(at),
  }
}

export async function listVisitTasks(db: Db, actor: Actor, siteId: number) {
  authorizeSite(actor, 'visit.read', siteId)
  const { rows } = await sql<NamedVisit & { date: string | null; team_name: string | null }>`
    select ${visitTaskColumns}, ${nameSeenBy(actor)} as person_name, l.date, l.team_name from task t ${visitTaskJoins} left join lateral (${plannedStop}) l on true
    where t.site_id = ${siteId} and ${openVisit} order by t.due_at, t.id limit 2000`.execute(db)
  const plans = await db
    .selectFrom('visit_plan')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('id', 'desc')
    .limit(30)
    .execute()
  await audit(db, actor, {
    action: 'visit.list',
    subject: `site:${siteId}`,
    fields: ['name', 'address-masked'],
  })
  const draft = plans.find((plan) => plan.status === 'draft')
  return {
    items: rows.map((row): VisitTask => ({
      ...viewVisitTask(row),
      planned: row.date && row.team_name ? { date: row.date, teamName: row.team_name } : null,
    })),
    draft: draft
      ? { id: draft.id, createdAt: draft.created_at.toISOString(), createdByName: draft.created_by_name }
      : null,
    plans: plans.flatMap((plan) =>
      plan.confirmed_at
        ? {
            id: plan.id,
            from: plan.from_date,
            until: plan.until_date,
            confirmedAt: plan.confirmed_at.toISOString(),
            confirmedByName: plan.confirmed_by_name ?? '',
          }
        : [],
    ),
  }
}
