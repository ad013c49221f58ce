import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'
import { taskSummary } from './task.ts'

const callBack = taskSummary
  .pick({
    id: true,
    level: true,
    title: true,
    departmentName: true,
    assigneeName: true,
    assigneeRole: true,
    dueAt: true,
    heldByName: true,
  })
  .extend({
    personId: id,
    personName: z.string(),
    at: timestamp,
    /** The person asked for this time; otherwise it was planned because nobody answered. */
    agreed: z.boolean(),
  })
export type CallBack = z.infer<typeof callBack>

export const listCallBacks = route({
  method: 'get',
  path: '/tasks/call-backs',
  permission: 'task.read',
  summary: 'Calls to come by time, how many each hour holds, and which hours hold too many',
  query: z.object({
    from: timestamp,
    /** At most 31 days after `from`. */
    to: timestamp,
    whose: z.enum(['mine', 'team']).default('mine'),
  }),
  response: z.object({
    items: z.array(callBack),
    /** There are more than the 500 listed; the hours count all. */
    more: z.boolean(),
    hours: z.array(z.object({ at: timestamp, count: z.number().int(), overFull: z.boolean() })),
    /** Capacity of an hour: that of one agent, times the agents shown. */
    perHour: z.number().int(),
  }),
})

export const moveCallBack = route({
  method: 'post',
  path: '/tasks/{id}/call-back',
  permission: 'task.work',
  summary: 'Move the next call of a task to another time',
  params: idParams,
  /** `was`: the time that the caller saw; refused when it was moved meanwhile. */
  body: z.object({ at: timestamp, was: timestamp }),
  response: callBack,
})
