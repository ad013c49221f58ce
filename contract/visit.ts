import { z } from 'zod'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'

const latitude = z.number().min(-90).max(90)
const longitude = z.number().min(-180).max(180)
/** WGS 84, degrees. */
export const point = z.object({ latitude, longitude })
const name = z.string().trim().min(1).max(60)
export const site = { siteId: id }

export const zoneShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), latitude, longitude, radiusKm: z.number().positive().max(1000) }),
  z.object({
    kind: z.literal('polygon'),
    points: z
      .array(z.tuple([latitude, longitude]))
      .min(3)
      .max(200),
  }),
  /** Part of the district, city or text of the address. */
  z.object({ kind: z.literal('districts'), names: z.array(name).min(1).max(50) }),
])
export type ZoneShape = z.infer<typeof zoneShape>

const zone = z.object({ id, name, shape: zoneShape, teamId: id.nullable(), active: z.boolean() })
const vehicle = z.object({
  id,
  name,
  plate: z.string().trim().max(20).nullable(),
  seats: z.number().int().min(1).max(60),
  /** Null: the setting. */
  costPerKm: z.number().min(0).max(1000).nullable(),
  active: z.boolean(),
})
const team = z.object({
  id,
  name,
  vehicleId: id.nullable(),
  visitsPerDay: z.number().int().min(1).max(40).nullable(),
  /** The first one is responsible for the tasks. */
  members: z.array(z.object({ staffId: id, name: z.string() })),
  active: z.boolean(),
})
export type VisitZone = z.infer<typeof zone>
export type VisitVehicle = z.infer<typeof vehicle>
export type VisitTeam = z.infer<typeof team>

export const getVisitSetup = route({
  method: 'get',
  path: '/visits/setup',
  permission: 'visit.read',
  summary: 'Base, zones, teams and vehicles of a site, and the rules of planning',
  query: z.object(site),
  response: z.object({
    base: point.nullable(),
    zones: z.array(zone),
    vehicles: z.array(vehicle),
    teams: z.array(team),
    outreachStaff: z.array(z.object({ staffId: id, name: z.string() })),
    radiusKm: z.number(),
    visitsPerDay: z.number().int(),
    costPerKm: z.number(),
    mayPlan: z.boolean(),
  }),
})
export type VisitSetup = z.infer<(typeof getVisitSetup)['response']>

export const putVisitBase = route({
  method: 'put',
  path: '/visits/base',
  permission: 'visit.plan',
  summary: 'Where the teams of a site start from and come back to',
  body: point.extend(site),
  status: 204,
})

const withId = { ...site, id: id.optional() }
const saved = z.object({ id })
export const saveVisitZone = route({
  method: 'post',
  path: '/visits/zones',
  permission: 'visit.plan',
  summary: 'Add a zone, or change the one named by id',
  body: zone.omit({ id: true }).extend(withId),
  response: saved,
})
export const saveVisitVehicle = route({
  method: 'post',
  path: '/visits/vehicles',
  permission: 'visit.plan',
  summary: 'Add a vehicle, or change the one named by id',
  body: vehicle.omit({ id: true }).extend(withId),
  response: saved,
})
export const saveVisitTeam = route({
  method: 'post',
  path: '/visits/teams',
  permission: 'visit.plan',
  summary: 'Add a team, or change the one named by id; its members must fit into its vehicle',
  body: team.omit({ id: true, members: true }).extend({ ...withId, staffIds: z.array(id).min(1).max(20) }),
  response: saved,
})

export const setPersonPosition = route({
  method: 'put',
  path: '/persons/{id}/position',
  permission: 'person.write',
  summary: 'Set the position of a person’s home address by hand; null removes it',
  params: idParams,
  body: z.object({ position: point.nullable() }),
  status: 204,
})

export const visitTask = z.object({
  taskId: id,
  personId: id,
  personName: z.string(),
  /** Masked to the district. */
  address: z.string().nullable(),
  startAt: timestamp,
  dueAt: timestamp,
  position: point.nullable(),
})

export const listVisitTasks = route({
  method: 'get',
  path: '/visits/tasks',
  permission: 'visit.read',
  summary: 'Open home visits of a site by deadline, with where they are planned',
  query: z.object(site),
  response: z.object({
    items: z.array(
      visitTask.extend({ planned: z.object({ date: calendarDate, teamName: z.string() }).nullable() }),
    ),
    draft: z.object({ id, createdAt: timestamp, createdByName: z.string() }).nullable(),
    plans: z.array(
      z.object({
        id,
        from: calendarDate,
        until: calendarDate,
        confirmedAt: timestamp,
        confirmedByName: z.string(),
      }),
    ),
  }),
})
export type VisitTask = z.infer<(typeof listVisitTasks)['response']>['items'][number]

/** Work of the outreach department besides sampled visits (requirement B30). */
export const outreachPurpose = z.enum(['visit', 'referral', 'insurance', 'free-clinic', 'publicity'])

export const createOutreachTask = route({
  method: 'post',
  path: '/visits/tasks',
  permission: 'visit.plan',
  summary:
    'Put a visit, referral, insurance matter, free clinic or publicity for a person on the outreach list by hand',
  body: z.object({
    ...site,
    personId: id,
    purpose: outreachPurpose,
    due: calendarDate,
    note: z.string().trim().max(500).optional(),
  }),
  status: 204,
})
