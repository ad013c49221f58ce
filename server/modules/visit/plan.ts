import { sql } from 'kysely'
import type { z } from 'zod'
import { distanceKm, type Point } from '../../../contract/geo.ts'
import type { ZoneShape } from '../../../contract/visit.ts'
import type {
  createVisitPlan as createRoute,
  LeftOutReason,
  moveVisitStop as moveRoute,
} from '../../../contract/visit-plan.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isWorkingDay, loadCalendars } from '../../platform/calendar.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertContactPermitted, refuseContacts } from '../contact/task.ts'
import { readSettings } from '../setting/setting.ts'
import { visitQueue } from '../task/scope.ts'
import { requeueTasks } from '../task/transition.ts'
import {
  authorizeSite,
  openVisit,
  plannedStop,
  positionOf,
  type VisitTaskRow,
  visitTaskColumns,
  visitTaskJoins,
} from './open-visits.ts'
import { kmOf, listOrder, planDays, type VisitToPlan } from './plan-days.ts'
import { measure, shorten, type VisitRules } from './route.ts'
import { loadTeams } from './setup.ts'
import { lies } from './zone.ts'

/** Inputs of a plan, kept with it. */
export type PlanRules = VisitRules & {
  base: Point
  timeZone: string
  fromHour: number
  radiusKm: number
  costPerKm: number
  costPerStaffHour: number
  dates: string[]
  teams: {
    id: number
    name: string
    visitsPerDay: number
    costPerKm: number
    vehicle: string | null
    members: { staffId: number; name: string }[]
  }[]
}
export type Totals = { visits: number; days: number; km: number; minutes: number }
export type LeftOut = { taskId: number; reason: LeftOutReason }

const settingKeys = [
  'visit.radius-km',
  'visit.detour',
  'visit.speed.town',
  'visit.speed.road',
  'visit.speed.town-km',
  'visit.minutes',
  'visit.day.from',
  'visit.day.to',
  'visit.per-day',
  'visit.cost.per-km',
  'visit.cost.staff-hour',
] as const

const invalid = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])

/**
 * Plans the open visits of a site over working days, replacing the former draft.
 * @throws {AppError} not-found, invalid (no base, no team, a day in the past), calendar-unknown
 */
export async function createPlan(
  trx: Trx,
  actor: Actor,
  input: z.output<(typeof createRoute)['body']>,
): Promise<number> {
  const { siteId } = input
  authorizeSite(actor, 'visit.plan', siteId)
  const rules = await readRules(trx, siteId, input.from, input.days)
  const { visits, leftOut } = await visitsToPlan(trx, siteId, rules, input.again)
  const planned = planDays({ base: rules.base, visits, teams: rules.teams, dates: rules.dates, rules })
  leftOut.push(...planned.left)
  const placed = new Set(planned.routes.flatMap((route) => route.stops.map((stop) => stop.taskId)))
  const baseline = listTotals(
    rules,
    visits.filter((one) => placed.has(one.taskId)),
  )
  await trx.deleteFrom('visit_plan').where('site_id', '=', siteId).where('status', '=', 'draft').execute()
  const { id } = await trx
    .insertInto('visit_plan')
    .values({
      site_id: siteId,
      from_date: rules.dates[0] ?? input.from,
      until_date: rules.dates.at(-1) ?? input.from,
      rules: JSON.stringify(rules),
      baseline: JSON.stringify(baseline),
      left_out: JSON.stringify(leftOut),
      created_by: actor.id,
      created_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const stops = planned.routes.flatMap(({ teamId, date, stops: inOrder }) =>
    inOrder.map((stop, position) => ({
      plan_id: id,
      task_id: stop.taskId,
      team_id: teamId,
      date,
      position,
      latitude: stop.latitude,
      longitude: stop.longitude,
    })),
  )
  if (stops.length > 0) await trx.insertInto('visit_stop').values(stops).execute()
  await audit(trx, actor, { action: 'visit.plan', subject: `visit-plan:${id} visits:${stops.length}` })
  return id
}

async function readRules(trx: Trx, siteId: number, from: string, days: number): Promise<PlanRules> {
  // Two concurrent planners: the second draft replaces the first.
  const { rows } = await sql<{ latitude: number | null; longitude: number | null; time_zone: string }>`
    select latitude, longitude, time_zone from site where id = ${siteId} for update`.execute(trx)
  const site = found(rows[0])
  const base = positionOf(site)
  if (!base) throw invalid('base', 'is not known')
  const set = await readSettings(trx, settingKeys, siteId)
  const teams = (await loadTeams(trx, siteId)).filter((team) => team.active && team.members.length > 0)
  if (teams.length === 0) throw invalid('teams', 'there is none')
  if (from < localDate(new Date(), site.time_zone)) throw invalid('from', 'lies in the past')
  const minutes = (set['visit.day.to'] - set['visit.day.from']) * 60
  if (minutes <= 0) throw invalid('visit.day.to', 'is not after the beginning of the day')
  const calendar = (await loadCalendars(trx))(siteId)
  const dates: string[] = []
  for (let date = from; dates.length < days; date = shiftDate(date, 1))
    if (isWorkingDay(date, calendar)) dates.push(date)
  return {
    base,
    timeZone: site.time_zone,
    fromHour: set['visit.day.from'],
    radiusKm: set['visit.radius-km'],
    detour: set['visit.detour'],
    townKmPerHour: set['visit.speed.town'],
    roadKmPerHour: set['visit.speed.road'],
    townKm: set['visit.speed.town-km'],
    visitMinutes: set['visit.minutes'],
    dayMinutes: minutes,
    costPerKm: set['visit.cost.per-km'],
    costPerStaffHour: set['visit.cost.staff-hour'],
    dates,
    teams: teams.map((team) => ({
      id: team.id,
      name: team.name,
      visitsPerDay: team.visits_per_day ?? set['visit.per-day'],
      costPerKm: team.cost_per_km ?? set['visit.cost.per-km'],
      vehicle: team.vehicle_name || null,
      members: team.members,
    })),
  }
}

/** Open visits in list order, and those that cannot be planned, with reasons. */
async function visitsToPlan(trx: Trx, siteId: number, rules: PlanRules, again: boolean) {
  const { rows } = await sql<VisitTaskRow>`
    select ${visitTaskColumns} from task t ${visitTaskJoins}
    where t.site_id = ${siteId} and ${openVisit} and (${again} or not exists (${plannedStop}))
    order by t.due_at, t.id limit 2000`.execute(trx)
  const zones = await trx
    .selectFrom('visit_zone')
    .select(['shape', 'team_id'])
    .where('site_id', '=', siteId)
    .where('active', '=', true)
    .orderBy('id')
    .execute()
  const refused = await refuseContacts(trx, rows.map(contactTask(siteId)))
  const visits: VisitToPlan[] = []
  const leftOut: LeftOut[] = []
  for (const row of rows) {
    const at = positionOf(row)
    const address = [row.province, row.city, row.district, row.text].filter(Boolean).join('')
    const zone = at && zones.find((one) => lies(at, address, one.shape as ZoneShape))
    const leave = (reason: LeftOutReason) => leftOut.push({ taskId: row.task_id, reason })
    if (refused.has(row.task_id)) leave('contact-refused')
    else if (!at) leave('no-position')
    else if (distanceKm(rules.base, at) > rules.radiusKm) leave('outside-radius')
    else if (zone?.team_id != null && !rules.teams.some((team) => team.id === zone.team_id)) leave('no-team')
    else visits.push(toPlan(row, at, zone?.team_id ?? null, rules.timeZone))
  }
  return { visits, leftOut }
}

const contactTask = (siteId: number) => (row: VisitTaskRow) => ({
  id: row.task_id,
  kind: 'home-visit',
  ladder_step: 'phone',
  person_id: row.person_id,
  site_id: siteId,
})

function toPlan(row: VisitTaskRow, at: Point, teamId: number | null, timeZone: string): VisitToPlan {
  const turn = Math.max(row.start_at.getTime(), row.next_attempt_at?.getTime() ?? 0)
  return {
    latitude: at.latitude,
    longitude: at.longitude,
    taskId: row.task_id,
    teamId,
    earliest: localDate(new Date(turn), timeZone),
    due: localDate(row.due_at, timeZone),
  }
}

/** Totals of the same visits in list order, on as many days as needed. */
function listTotals(rules: PlanRules, visits: VisitToPlan[]): Totals {
  const last = rules.dates.at(-1) ?? ''
  const more = visits.map((_, index) => shiftDate(last, index + 1))
  const input = { base: rules.base, visits, teams: rules.teams, dates: [...rules.dates, ...more], rules }
  const days = listOrder(input)
  return {
    visits: visits.length - days.left.length,
    days: days.routes.length,
    km: kmOf(input, days),
    minutes: days.routes.reduce((sum, one) => sum + measure(rules.base, one.stops, rules).minutes, 0),
  }
}

type Draft = { id: number; site_id: number; rules: PlanRules; left_out: LeftOut[] }
type StopRow = Point & { task_id: number; team_id: number; date: string }

/** @throws {AppError} not-found, already-closed, changed-meanwhile */
async function lockDraft(trx: Trx, actor: Actor, id: number, version: number): Promise<Draft> {
  const { rows } = await sql<Draft & { status: string; version: number }>`
    select id, site_id, status, version, rules, left_out from visit_plan where id = ${id} for update`.execute(
    trx,
  )
  const plan = found(rows[0])
  authorizeSite(actor, 'visit.plan', plan.site_id)
  if (plan.status !== 'draft') throw new AppError('already-closed')
  if (plan.version !== version) throw new AppError('changed-meanwhile')
  return plan
}

async function stopsOf(trx: Trx, planId: number): Promise<StopRow[]> {
  return trx
    .selectFrom('visit_stop')
    .select(['task_id', 'team_id', 'date', 'latitude', 'longitude'])
    .where('plan_id', '=', planId)
    .orderBy('date')
    .orderBy('team_id')
    .orderBy('position')
    .execute()
}

/**
 * Moves a visit of a draft, adds one that was left out, or removes one.
 * @throws {AppError} not-found, already-closed, changed-meanwhile, invalid, contact-refused
 */
export async function moveStop(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, taskId, to }: z.output<(typeof moveRoute)['body']>,
): Promise<void> {
  const draft = await lockDraft(trx, actor, id, version)
  const stops = await stopsOf(trx, id)
  const moved = stops.find((stop) => stop.task_id === taskId) ?? (await leftOutStop(trx, draft, taskId))
  const others = stops.filter((stop) => stop.task_id !== taskId)
  if (to === null) {
    await write(trx, draft, others, [...draft.left_out, { taskId, reason: 'taken-out' }])
  } else {
    if (!draft.rules.teams.some((team) => team.id === to.teamId))
      throw invalid('to.teamId', 'is not in the plan')
    if (!draft.rules.dates.includes(to.date)) throw invalid('to.date', 'is not in the plan')
    const there = others.filter((stop) => stop.team_id === to.teamId && stop.date === to.date)
    const elsewhere = others.filter((stop) => !there.includes(stop))
    there.splice(to.position, 0, { ...moved, team_id: to.teamId, date: to.date })
    const leftOut = draft.left_out.filter((one) => one.taskId !== taskId)
    await write(trx, draft, [...elsewhere, ...there], leftOut)
  }
  await audit(trx, actor, { action: 'visit.plan.move', subject: `visit-plan:${id} task:${taskId}` })
}

async function leftOutStop(trx: Trx, draft: Draft, taskId: number): Promise<StopRow> {
  if (!draft.left_out.some((one) => one.taskId === taskId)) throw new AppError('not-found')
  const { rows } = await sql<VisitTaskRow>`
    select ${visitTaskColumns} from task t ${visitTaskJoins} where t.id = ${taskId} and t.site_id = ${draft.site_id} and ${openVisit}`.execute(
    trx,
  )
  const row = found(rows[0])
  await assertContactPermitted(trx, contactTask(draft.site_id)(row))
  const at = positionOf(row)
  if (!at) throw invalid('taskId', 'has no position')
  return { ...at, task_id: taskId, team_id: 0, date: '' }
}

/** @throws {AppError} not-found, already-closed, changed-meanwhile */
export async function shortenRoute(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, teamId, date }: { version: number; teamId: number; date: string },
): Promise<void> {
  const draft = await lockDraft(trx, actor, id, version)
  const stops = await stopsOf(trx, id)
  const mine = stops.filter((stop) => stop.team_id === teamId && stop.date === date)
  const others = stops.filter((stop) => !mine.includes(stop))
  await write(trx, draft, [...others, ...shorten(draft.rules.base, mine)], draft.left_out)
}

/** Writes the stops of a day in the order of the array. */
async function write(trx: Trx, draft: Draft, stops: StopRow[], leftOut: LeftOut[]): Promise<void> {
  const { rows } = await sql<VisitTaskRow>`
    select ${visitTaskColumns} from task t ${visitTaskJoins} where t.id = any(${stops.map((stop) => stop.task_id)}::bigint[])
    order by t.due_at, t.id`.execute(trx)
  const at = new Map(stops.map((stop) => [stop.task_id, stop]))
  const visits = rows.flatMap((row) => {
    const stop = at.get(row.task_id)
    return stop ? toPlan(row, stop, null, draft.rules.timeZone) : []
  })
  await trx.deleteFrom('visit_stop').where('plan_id', '=', draft.id).execute()
  const positions = new Map<string, number>()
  const values = stops.map(({ task_id, team_id, date, latitude, longitude }) => {
    const day = `${team_id}|${date}`
    const position = positions.get(day) ?? 0
    positions.set(day, position + 1)
    return { plan_id: draft.id, task_id, team_id, date, position, latitude, longitude }
  })
  if (values.length > 0) await trx.insertInto('visit_stop').values(values).execute()
  await trx
    .updateTable('visit_plan')
    .set({
      left_out: JSON.stringify(leftOut),
      baseline: JSON.stringify(listTotals(draft.rules, visits)),
      version: sql`version + 1`,
    })
    .where('id', '=', draft.id)
    .execute()
}

/**
 * Confirms a plan: tasks move to their teams' lists, and stops of earlier plans are replaced.
 * @throws {AppError} not-found, already-closed, changed-meanwhile, invalid when a day is past or a team was deactivated meanwhile
 */
export async function confirmPlan(trx: Trx, actor: Actor, id: number, version: number): Promise<void> {
  const draft = await lockDraft(trx, actor, id, version)
  const stops = await stopsOf(trx, id)
  const today = localDate(new Date(), draft.rules.timeZone)
  if (stops.length === 0) throw invalid('stops', 'there are none')
  if (stops.some((stop) => stop.date < today)) throw invalid('from', 'lies in the past')
  const teams = (await loadTeams(trx, draft.site_id)).filter((team) => team.active && team.members.length > 0)
  const teamOf = new Map(teams.map((team) => [team.id, team]))
  if (stops.some((stop) => !teamOf.has(stop.team_id))) throw invalid('teams', 'a team was given up')
  const taskIds = stops.map((stop) => stop.task_id)
  await sql`
    update visit_stop set replaced_at = now() where task_id = any(${taskIds}::bigint[]) and plan_id <> ${id} and replaced_at is null`.execute(
    trx,
  )
  const tasks = await requeueTasks(
    trx,
    stops.map((stop) => ({
      id: stop.task_id,
      queue: visitQueue(draft.site_id, stop.team_id),
      staffId: teamOf.get(stop.team_id)?.members[0]?.staffId ?? null,
      coveredForStaffId: null,
    })),
  )
  await trx
    .updateTable('visit_plan')
    .set({
      status: 'confirmed',
      confirmed_at: sql`now()`,
      confirmed_by_name: actor.name,
      version: sql`version + 1`,
    })
    .where('id', '=', id)
    .execute()
  await audit(
    trx,
    actor,
    { action: 'visit.plan.confirm', subject: `visit-plan:${id} visits:${tasks.length}` },
    ...tasks.map((task) => ({
      action: 'task.assign',
      personId: task.person_id,
      subject: `task:${task.id} staff:${task.assignee_staff_id ?? '-'}`,
    })),
  )
}
