import { z } from 'zod'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'

/** Work by kind, in minutes. */
const work = z.object({
  calls: z.number().int(),
  visits: z.number().int(),
  questionnaires: z.number().int(),
  others: z.number().int(),
  messages: z.number().int(),
  minutes: z.number(),
})
export type Work = z.infer<typeof work>

/** Results of replaying the events with one definition. */
const side = z.object({
  entered: z.number().int(),
  /** Events that did not meet the entry condition, or whose person could not enter. */
  notEntered: z.number().int(),
  stopped: z.number().int(),
  /** Tasks cancelled before their day because the pathway stopped; not counted as work. */
  prevented: z.number().int(),
  blocked: z.number().int(),
  total: work,
  days: z.array(work.extend({ day: calendarDate })),
  departments: z.array(work.extend({ departmentId: id.nullable(), name: z.string().nullable() })),
  assignees: z.array(z.object({ assignee: z.string(), tasks: z.number().int(), minutes: z.number() })),
})
export type RehearsalSide = z.infer<typeof side>

const rehearsal = z.object({
  id,
  status: z.enum(['waiting', 'running', 'finished', 'cancelled', 'failed']),
  progress: z.number(),
  events: z.number().int(),
  /** The rehearsed draft; null: the version in force. */
  revision: z.number().int().nullable(),
  comparedVersion: z.number().int().nullable(),
  from: calendarDate,
  to: calendarDate,
  siteIds: z.array(id).nullable(),
  departmentIds: z.array(id).nullable(),
  /** Minutes assumed per kind of task. */
  minutes: z.object({ call: z.number(), visit: z.number(), other: z.number() }).nullable(),
  draft: side.nullable(),
  /** Null if the version in force was rehearsed, or there is none. */
  current: side.nullable(),
  startedByName: z.string(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
})
export type Rehearsal = z.infer<typeof rehearsal>

export const getRehearsal = route({
  method: 'get',
  path: '/pathways/{id}/rehearsal',
  permission: 'pathway.write',
  summary: 'The latest rehearsal of a pathway: its effect on past events',
  params: idParams,
  response: z.object({ rehearsal: rehearsal.nullable() }),
})

export const startRehearsal = route({
  method: 'post',
  path: '/pathways/{id}/rehearsal',
  permission: 'pathway.write',
  summary:
    'Replay past events through the draft (else the version in force) in the background; makes no task and no message',
  params: idParams,
  body: z.object({
    /** Local days of the site, both inclusive. */
    from: calendarDate,
    to: calendarDate,
    siteIds: z.array(id).max(500).nullable().default(null),
    departmentIds: z.array(id).max(2000).nullable().default(null),
  }),
  response: rehearsal,
  status: 201,
})

export const cancelRehearsal = route({
  method: 'post',
  path: '/pathways/{id}/rehearsal/cancel',
  permission: 'pathway.write',
  summary: 'Stop the rehearsal; counts so far are dropped',
  params: idParams,
  response: rehearsal,
})
