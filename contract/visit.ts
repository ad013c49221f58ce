import { z } from 'zod'
import { answers, questionnaireDefinition } from './questionnaire.ts'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'
import { outcome, proofClass, taskStatus } from './task.ts'

const latitude = z.number().min(-90).max(90)
const longitude = z.number().min(-180).max(180)
/** WGS 84, degrees. */
const point = z.object({ latitude, longitude })
const name = z.string().trim().min(1).max(60)
const site = { siteId: id }

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
  /** The first one answers for the tasks. */
  members: z.array(z.object({ staffId: id, name: z.string() })),
  active: z.boolean(),
})
export type VisitZone = z.infer<typeof zone>
export type VisitVehicle = z.infer<typeof vehicle>
export type VisitTeam = z.infer<typeof team>

/** Why a visit is in no route. */
export const leftOutReason = z.enum([
  'no-position',
  'outside-radius',
  'too-far',
  'no-team',
  'no-capacity',
  'taken-out',
])
export type LeftOutReason = z.infer<typeof leftOutReason>

export const getVisitSetup = route({
  method: 'get',
  path: '/visits/setup',
  permission: 'visit.read',
  summary: 'Base, zones, teams and vehicles of a site, and the rules that planning goes by',
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
  summary: 'Say by hand where the home address of a person lies; null takes it back',
  params: idParams,
  body: z.object({ position: point.nullable() }),
  status: 204,
})

const visitTask = z.object({
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

/** What outreach does besides sampled visits (requirement B30). */
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

const totals = z.object({
  visits: z.number().int(),
  days: z.number().int(),
  km: z.number(),
  minutes: z.number(),
})

const stop = visitTask.extend({
  stopId: id,
  position: point,
  status: taskStatus,
  proof: proofClass.nullable(),
  /** Driving from the stop before. */
  legKm: z.number(),
  legMinutes: z.number(),
  /** Minutes after midnight, local. */
  arrives: z.number(),
  /** Planned after its deadline. */
  late: z.boolean(),
  /** Another plan has it now. */
  replaced: z.boolean(),
  distanceMetres: z.number().int().nullable(),
})
export type VisitStop = z.infer<typeof stop>

const visitRoute = z.object({
  teamId: id,
  teamName: z.string(),
  members: z.array(z.string()),
  vehicle: z.string().nullable(),
  date: calendarDate,
  km: z.number(),
  minutes: z.number(),
  backAt: z.number(),
  cost: z.number(),
  /** What the day has too much of, if anything. */
  over: z.enum(['minutes', 'visits']).nullable(),
  stops: z.array(stop),
})
export type VisitRoute = z.infer<typeof visitRoute>

const plan = z.object({
  id,
  siteId: id,
  status: z.enum(['draft', 'confirmed']),
  version: z.number().int(),
  from: calendarDate,
  until: calendarDate,
  base: point,
  createdAt: timestamp,
  createdByName: z.string(),
  confirmedAt: timestamp.nullable(),
  confirmedByName: z.string().nullable(),
  dates: z.array(calendarDate),
  teams: z.array(z.object({ id, name: z.string() })),
  routes: z.array(visitRoute),
  totals: totals.extend({ cost: z.number(), costPerVisit: z.number().nullable() }),
  /** The same visits in the order of the list. */
  baseline: totals,
  leftOut: z.array(visitTask.extend({ reason: leftOutReason })),
  rules: z.object({
    detour: z.number(),
    costPerKm: z.number(),
    costPerStaffHour: z.number(),
    visitMinutes: z.number(),
    dayMinutes: z.number(),
    radiusKm: z.number(),
  }),
  abilities: z.object({ change: z.boolean() }),
})
export type VisitPlan = z.infer<typeof plan>

export const createVisitPlan = route({
  method: 'post',
  path: '/visits/plans',
  permission: 'visit.plan',
  summary: 'Plan the open home visits of a site; takes the place of the draft that is there',
  body: z.object({
    ...site,
    from: calendarDate,
    /** Working days to plan. */
    days: z.number().int().min(1).max(60),
    /** Also those that a confirmed plan has for a day to come. */
    again: z.boolean().default(false),
  }),
  response: plan,
  status: 201,
})

export const getVisitPlan = route({
  method: 'get',
  path: '/visits/plans/{id}',
  permission: 'visit.read',
  summary:
    'A plan: routes by team and day, km, minutes, cost, and what is saved against the order of the list',
  params: idParams,
  response: plan,
})

export const moveVisitStop = route({
  method: 'post',
  path: '/visits/plans/{id}/move',
  permission: 'visit.plan',
  summary: 'Put a visit of a draft elsewhere: another place, day or team; without `to` out of the plan',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    taskId: id,
    to: z.object({ teamId: id, date: calendarDate, position: z.number().int().min(0).max(200) }).nullable(),
  }),
  response: plan,
})

export const shortenVisitRoute = route({
  method: 'post',
  path: '/visits/plans/{id}/shorten',
  permission: 'visit.plan',
  summary: 'Put the visits of one day of a draft into the shortest order again',
  params: idParams,
  body: z.object({ version: z.number().int(), teamId: id, date: calendarDate }),
  response: plan,
})

export const confirmVisitPlan = route({
  method: 'post',
  path: '/visits/plans/{id}/confirm',
  permission: 'visit.plan',
  summary: 'Confirm a draft: the tasks go to the lists of their teams',
  params: idParams,
  body: z.object({ version: z.number().int() }),
  response: plan,
})

export const getVisitSheet = route({
  method: 'post',
  path: '/visits/plans/{id}/sheet',
  permission: 'person.reveal',
  summary: 'Whole addresses and telephone numbers of one team’s day, for the printed sheet; each logged',
  params: idParams,
  body: z.object({ teamId: id, date: calendarDate }),
  response: z.object({
    items: z.array(z.object({ taskId: id, address: z.string().nullable(), phone: z.string().nullable() })),
  }),
})

const packStop = z.object({
  taskId: id,
  title: z.string(),
  description: z.string().nullable(),
  personName: z.string(),
  sex: z.string(),
  ageYears: z.number().int().nullable(),
  departmentName: z.string().nullable(),
  conditionText: z.string().nullable(),
  /** Whole: the team has to find the door and to ring up before. */
  address: z.string().nullable(),
  phone: z.string().nullable(),
  position: point,
  arrives: z.number(),
  status: taskStatus,
  questionnaireId: id.nullable(),
  answers,
  basedOn: timestamp.nullable(),
})
export type PackStop = z.infer<typeof packStop>

export const takeVisitDay = route({
  method: 'post',
  path: '/visits/today',
  permission: 'visit.work',
  summary:
    'Take the visits of one’s team for today along: addresses and telephone numbers in full, each logged',
  body: z.object({}),
  response: z.object({
    userId: z.string(),
    date: calendarDate,
    timeZone: z.string(),
    teamName: z.string().nullable(),
    km: z.number(),
    stops: z.array(packStop),
    questionnaires: z.array(z.object({ id, definition: questionnaireDefinition })),
    /** When the next route is, if there is none today. */
    next: calendarDate.nullable(),
  }),
})
export type VisitDay = z.infer<(typeof takeVisitDay)['response']>

export const recordVisit = route({
  method: 'post',
  path: '/visits/{id}/record',
  permission: 'visit.work',
  summary:
    'What was found at the door of a task, also long after; the same key twice records once. `kept`: the task could not take it any more, somebody will look',
  params: idParams,
  body: z.object({
    idempotencyKey: z.string().min(8).max(80),
    outcome: outcome.exclude(['wrong-number', 'call-back']),
    answers: answers.optional(),
    basedOn: timestamp.nullable().optional(),
    note: z.string().trim().max(2000).optional(),
    arrivedAt: timestamp,
    leftAt: timestamp,
    /** Clock of the telephone at sending, against which its times are put right. */
    sentAt: timestamp,
    position: point.extend({ accuracyMetres: z.number().int().min(0).max(100_000) }).nullable(),
    /** Where it was, in words, for when the telephone may not tell. */
    place: z.string().trim().min(1).max(120).optional(),
  }),
  response: z.object({
    status: z.enum(['applied', 'kept']),
    /** Id of the refusal when kept. */
    problem: z.string().nullable(),
    taskStatus: taskStatus.nullable(),
    distanceMetres: z.number().int().nullable(),
  }),
})
export type VisitReport = z.infer<(typeof recordVisit)['body']>

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)

export const getVisitCosts = route({
  method: 'get',
  path: '/visits/costs',
  permission: 'visit.read',
  summary: 'Visits made, km, hours and cost per visit of a month, by team',
  query: z.object({ ...site, month }),
  response: z.object({
    teams: z.array(
      z.object({
        /** Null: made by somebody who is in no team. */
        teamId: id.nullable(),
        teamName: z.string().nullable(),
        /** Days with at least one visit made. */
        days: z.number().int(),
        visits: z.number().int(),
        done: z.number().int(),
        km: z.number(),
        minutes: z.number(),
        cost: z.number(),
        costPerVisit: z.number().nullable(),
      }),
    ),
  }),
})

const visitRecord = z.object({
  id,
  taskId: id,
  personId: id,
  personName: z.string(),
  teamId: id.nullable(),
  teamName: z.string().nullable(),
  actorName: z.string(),
  outcome,
  arrivedAt: timestamp,
  leftAt: timestamp,
  distanceMetres: z.number().int().nullable(),
  accuracyMetres: z.number().int().nullable(),
  note: z.string().nullable(),
  status: z.enum(['applied', 'kept']),
  problem: z.string().nullable(),
  settled: z.object({ at: timestamp, byName: z.string(), reason: z.string() }).nullable(),
})
export type VisitRecord = z.infer<typeof visitRecord>

export const listVisitRecords = route({
  method: 'get',
  path: '/visits/records',
  permission: 'visit.read',
  summary: 'Visits made, newest first; `kept=true`: those that a task could not take and nobody has settled',
  query: pageQuery.extend({
    ...site,
    month: month.optional(),
    teamId: id.optional(),
    kept: z.stringbool().optional(),
  }),
  response: page(visitRecord),
})

export const settleVisitRecord = route({
  method: 'post',
  path: '/visits/records/{id}/settle',
  permission: 'visit.plan',
  summary: 'Say what became of a visit that its task could not take',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  status: 204,
})
