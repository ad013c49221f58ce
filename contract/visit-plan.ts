import { z } from 'zod'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'
import { proofClass, taskStatus } from './task.ts'
import { point, site, visitTask } from './visit.ts'

/** Why a visit is in no route. */
export const leftOutReason = z.enum([
  'no-position',
  'outside-radius',
  'too-far',
  'no-team',
  'no-capacity',
  'taken-out',
  'contact-refused',
])
export type LeftOutReason = z.infer<typeof leftOutReason>

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
  /** Replaced by another plan. */
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
  /** The exceeded limit of the day, if any. */
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
  /** The same visits in list order. */
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
    /** Number of working days to plan. */
    days: z.number().int().min(1).max(60),
    /** Include visits already confirmed for a future day. */
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
