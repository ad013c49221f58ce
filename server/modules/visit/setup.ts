import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  putVisitBase,
  saveVisitTeam,
  saveVisitVehicle,
  saveVisitZone,
  VisitSetup,
  ZoneShape,
} from '../../../contract/visit.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { placeSite } from '../organisation/organisation.ts'
import { readSettings } from '../setting/setting.ts'
import { visitQueue } from '../task/scope.ts'
import { requeueTasks } from '../task/transition.ts'
import { authorizeSite } from './open-visits.ts'

type BodyOf<R extends { body: z.ZodType }> = z.output<R['body']>

export async function getVisitSetup(db: Db, actor: Actor, siteId: number): Promise<VisitSetup> {
  authorizeSite(actor, 'visit.read', siteId)
  const site = found(
    await db.selectFrom('site').select(['latitude', 'longitude']).where('id', '=', siteId).executeTakeFirst(),
  )
  const teams = await loadTeams(db, siteId)
  const zones = await db
    .selectFrom('visit_zone')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('id')
    .execute()
  const vehicles = await db
    .selectFrom('visit_vehicle')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('id')
    .execute()
  const staff = await db
    .selectFrom('staff')
    .select(['id', 'name'])
    .where('site_id', '=', siteId)
    .where('role', '=', 'outreach')
    .where('active', '=', true)
    .orderBy('name')
    .execute()
  const settings = await readSettings(db, ['visit.radius-km', 'visit.per-day', 'visit.cost.per-km'], siteId)
  return {
    base:
      site.latitude === null || site.longitude === null
        ? null
        : { latitude: site.latitude, longitude: site.longitude },
    zones: zones.map(({ id, name, shape, team_id, active }) => ({
      id,
      name,
      shape: shape as ZoneShape,
      teamId: team_id,
      active,
    })),
    vehicles: vehicles.map(({ id, name, plate, seats, cost_per_km, active }) => ({
      id,
      name,
      plate,
      seats,
      costPerKm: cost_per_km,
      active,
    })),
    teams: teams.map(({ id, name, vehicle_id, visits_per_day, members, active }) => ({
      id,
      name,
      vehicleId: vehicle_id,
      visitsPerDay: visits_per_day,
      members,
      active,
    })),
    outreachStaff: staff.map(({ id, name }) => ({ staffId: id, name })),
    radiusKm: settings['visit.radius-km'],
    visitsPerDay: settings['visit.per-day'],
    costPerKm: settings['visit.cost.per-km'],
    mayPlan: may(actor, 'visit.plan'),
  }
}

export type TeamRow = {
  id: number
  name: string
  vehicle_id: number | null
  vehicle_name: string | null
  cost_per_km: number | null
  visits_per_day: number | null
  active: boolean
  members: { staffId: number; name: string }[]
}

export async function loadTeams(db: Db, siteId: number): Promise<TeamRow[]> {
  const { rows } = await sql<TeamRow>`
    select v.id, v.name, v.vehicle_id, concat_ws(' ', c.name, c.plate) as vehicle_name, c.cost_per_km, v.visits_per_day, v.active,
      coalesce((select jsonb_agg(jsonb_build_object('staffId', s.id, 'name', s.name) order by m.position)
        from visit_team_member m join staff s on s.id = m.staff_id where m.team_id = v.id), '[]') as members
    from visit_team v left join visit_vehicle c on c.id = v.vehicle_id where v.site_id = ${siteId} order by v.id`.execute(
    db,
  )
  return rows
}

export async function setBase(trx: Trx, actor: Actor, input: BodyOf<typeof putVisitBase>): Promise<void> {
  authorizeSite(actor, 'visit.plan', input.siteId)
  await placeSite(trx, input.siteId, input)
  await audit(trx, actor, {
    action: 'visit.setup',
    subject: `site:${input.siteId}`,
    fields: ['latitude', 'longitude'],
  })
}

/** @throws {AppError} not-found */
export async function saveZone(trx: Trx, actor: Actor, input: BodyOf<typeof saveVisitZone>): Promise<number> {
  authorizeSite(actor, 'visit.plan', input.siteId)
  await assertOfSite(trx, 'visit_team', input.siteId, input.teamId)
  const { siteId, name, teamId, active } = input
  const values = { site_id: siteId, name, shape: JSON.stringify(input.shape), team_id: teamId, active }
  return save(trx, actor, 'visit_zone', input, values)
}

/** @throws {AppError} not-found */
export async function saveVehicle(
  trx: Trx,
  actor: Actor,
  input: BodyOf<typeof saveVisitVehicle>,
): Promise<number> {
  authorizeSite(actor, 'visit.plan', input.siteId)
  const { siteId, name, plate, seats, costPerKm, active } = input
  const values = { site_id: siteId, name, plate: plate || null, seats, cost_per_km: costPerKm, active }
  return save(trx, actor, 'visit_vehicle', input, values)
}

/** Tasks of a deactivated team return to the department's list. @throws {AppError} not-found, invalid */
export async function saveTeam(trx: Trx, actor: Actor, input: BodyOf<typeof saveVisitTeam>): Promise<number> {
  authorizeSite(actor, 'visit.plan', input.siteId)
  const { siteId, name, vehicleId, visitsPerDay, active } = input
  const staffIds = [...new Set(input.staffIds)]
  await assertOfSite(trx, 'visit_vehicle', siteId, vehicleId)
  const vehicle =
    vehicleId === null
      ? undefined
      : await trx.selectFrom('visit_vehicle').select('seats').where('id', '=', vehicleId).executeTakeFirst()
  if (vehicle && staffIds.length > vehicle.seats)
    throw new AppError('invalid', 'The team has more members than the vehicle has seats.', [
      { path: 'staffIds', message: 'more than the vehicle has seats' },
    ])
  const { rows: staff } = await sql`
    select id from staff where id = any(${staffIds}::int[]) and site_id = ${siteId} and active`.execute(trx)
  if (staff.length < staffIds.length) throw new AppError('not-found')
  const values = { site_id: siteId, name, vehicle_id: vehicleId, visits_per_day: visitsPerDay, active }
  const id = await save(trx, actor, 'visit_team', input, values)
  await trx.deleteFrom('visit_team_member').where('team_id', '=', id).execute()
  await trx
    .insertInto('visit_team_member')
    .values(staffIds.map((staff_id, position) => ({ team_id: id, staff_id, position })))
    .execute()
  if (!active) await giveBack(trx, siteId, visitQueue(siteId, id))
  return id
}

/** Moves visits on a team's list back to the department's list. */
async function giveBack(trx: Trx, siteId: number, queue: string): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from task where queue = ${queue} and status in ('requested', 'in-progress') order by id for update`.execute(
    trx,
  )
  await requeueTasks(
    trx,
    rows.map(({ id }) => ({ id, queue: `site:${siteId}:outreach`, staffId: null, coveredForStaffId: null })),
  )
}

type Named = 'visit_zone' | 'visit_vehicle' | 'visit_team'

async function save(
  trx: Trx,
  actor: Actor,
  table: Named,
  input: { id?: number | undefined; siteId: number },
  values: { site_id: number; name: string },
): Promise<number> {
  // The three tables share these columns; the rest comes from typed callers.
  const named = table as 'visit_team'
  const row =
    input.id === undefined
      ? await trx.insertInto(named).values(values).returning('id').executeTakeFirst()
      : await trx
          .updateTable(named)
          .set(values)
          .where('id', '=', input.id)
          .where('site_id', '=', input.siteId)
          .returning('id')
          .executeTakeFirst()
  const { id } = found(row)
  await audit(trx, actor, {
    action: 'visit.setup',
    subject: `${table.replace('_', '-')}:${id}`,
    fields: Object.keys(values).filter((field) => field !== 'site_id'),
  })
  return id
}

async function assertOfSite(trx: Trx, table: Named, siteId: number, id: number | null): Promise<void> {
  if (id === null) return
  found(
    await trx
      .selectFrom(table as 'visit_team')
      .select('id')
      .where('id', '=', id)
      .where('site_id', '=', siteId)
      .executeTakeFirst(),
  )
}

/** Teams that somebody is in. */
export async function teamsOf(db: Db, actor: Actor) {
  authorize(actor, 'visit.work')
  if (actor.staffId === null) return []
  return db
    .selectFrom('visit_team_member as m')
    .innerJoin('visit_team as v', 'v.id', 'm.team_id')
    .innerJoin('site as s', 's.id', 'v.site_id')
    .select(['v.id', 'v.name', 'v.site_id', 's.time_zone'])
    .where('m.staff_id', '=', actor.staffId)
    .where('v.active', '=', true)
    .orderBy('v.id')
    .execute()
}
