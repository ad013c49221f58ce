import { z } from 'zod'
import { clockView } from './clock.ts'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

export const promiseStatus = z.enum(['open', 'kept', 'broken', 'withdrawn'])
export const promiseSource = z.enum(['case', 'task', 'call', 'conversation', 'none'])
/** Why a promise was not kept in time. */
export const delayReason = z.enum([
  'waiting-department',
  'waiting-supplier',
  'no-staff',
  'unreached',
  'forgotten',
  'system',
  'other',
])
/** `today`: still to be kept, due before the day of the site ends or late; `due`: their time has come, whatever became of them. */
export const promiseView = z.enum(['open', 'today', 'broken', 'kept', 'withdrawn', 'due', 'all'])

const text = z.string().trim().min(1).max(500)

const promise = z.object({
  id,
  siteId: id,
  personId: id.nullable(),
  personName: z.string().nullable(),
  text: z.string(),
  ownerName: z.string(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  dueAt: timestamp,
  sourceKind: promiseSource,
  sourceId: id.nullable(),
  madeAt: timestamp,
  madeByName: z.string(),
  status: promiseStatus,
  endedAt: timestamp.nullable(),
  endedByName: z.string().nullable(),
  endReason: z.string().nullable(),
  fulfilledAt: timestamp.nullable(),
  delayReason: delayReason.nullable(),
  delayNote: z.string().nullable(),
  clock: clockView.nullable(),
  version: z.number().int(),
  abilities: z.object({ keep: z.boolean(), withdraw: z.boolean(), explain: z.boolean() }),
})
export type PromiseEntry = z.infer<typeof promise>

export const listPromises = route({
  method: 'get',
  path: '/promises',
  permission: 'promise.read',
  summary: 'Promises made to people, the next due first',
  query: listQuery('due', 'made').extend({
    view: promiseView.default('open'),
    whose: z.enum(['mine', 'department', 'all']).default('all'),
    siteId: id.optional(),
    departmentId: id.optional(),
    personId: id.optional(),
    sourceKind: promiseSource.optional(),
    sourceId: id.optional(),
    /** Days on which they were due, both included. */
    from: calendarDate.optional(),
    to: calendarDate.optional(),
    inTime: z.stringbool().optional(),
  }),
  response: page(promise),
})

export const makePromise = route({
  method: 'post',
  path: '/promises',
  permission: 'promise.write',
  summary: 'Write down what was promised to somebody, by whom and until when',
  body: z.object({
    personId: id.nullable().default(null),
    /** Somebody without a record. */
    toName: z.string().trim().max(100).nullable().default(null),
    text,
    dueAt: timestamp,
    /** A colleague who keeps it; left out with the department: the caller. */
    ownerStaffId: id.nullable().default(null),
    departmentId: id.nullable().default(null),
    siteId: id.nullable().default(null),
    sourceKind: promiseSource.default('none'),
    sourceId: id.nullable().default(null),
  }),
  response: promise,
  status: 201,
})

export const keepPromise = route({
  method: 'post',
  path: '/promises/{id}/keep',
  permission: 'promise.write',
  summary: 'The promise was kept; a broken one is made good late and stays broken',
  params: idParams,
  response: promise,
})

export const withdrawPromise = route({
  method: 'post',
  path: '/promises/{id}/withdraw',
  permission: 'promise.write',
  summary: 'Take a promise back, with the reason that was told to the person',
  params: idParams,
  body: z.object({ reason: text }),
  response: promise,
})

export const explainDelay = route({
  method: 'post',
  path: '/promises/{id}/delay',
  permission: 'promise.write',
  summary: 'Why a promise is or will be late; the same reason again goes to the head of the department',
  params: idParams,
  body: z.object({ delayReason, note: z.string().trim().max(500).nullable().default(null) }),
  response: promise,
})

const share = z.object({ due: z.number().int(), kept: z.number().int() })
export const promiseFigures = route({
  method: 'get',
  path: '/promise-figures',
  permission: 'promise.read',
  summary:
    'Promise and delivery: promises kept in time of those due in a period (withdrawn ones left out), by department and by month of the due time',
  query: z.object({
    from: calendarDate.optional(),
    to: calendarDate.optional(),
    siteId: id.optional(),
    departmentId: id.optional(),
  }),
  response: share.extend({
    departments: z.array(share.extend({ id: id.nullable(), name: z.string().nullable() })),
    months: z.array(share.extend({ month: z.string() })),
    reasons: z.array(z.object({ reason: delayReason, count: z.number().int() })),
  }),
})
