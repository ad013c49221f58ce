import { z } from 'zod'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

export const improvementStatus = z.enum(['planned', 'done', 'told'])

const line = z.string().trim().max(500)
const improvement = z.object({
  id,
  siteId: id,
  title: z.string(),
  categoryId: id,
  categoryName: z.string(),
  departmentId: id,
  departmentName: z.string(),
  ownerStaffId: id.nullable(),
  ownerName: z.string().nullable(),
  dueDate: calendarDate.nullable(),
  doneDate: calendarDate.nullable(),
  toldAt: timestamp.nullable(),
  toldCount: z.number().int().nullable(),
  status: improvementStatus,
  overdue: z.boolean(),
  cases: z.number().int(),
  createdAt: timestamp,
  createdByName: z.string(),
  version: z.number().int(),
})
export type Improvement = z.infer<typeof improvement>

const side = z.object({
  from: calendarDate,
  /** Included. */
  to: calendarDate,
  days: z.number().int(),
  complaints: z.number().int(),
  visits: z.number().int(),
  /** Complaints for 1,000 visits; where nobody visited, for 30 days; null: nothing to divide by. */
  rate: z.number().nullable(),
})

const detail = improvement.extend({
  cause: z.string(),
  whys: z.array(z.string()),
  change: z.string().nullable(),
  /** Null until the change is done. */
  effect: z
    .object({
      before: side,
      after: side,
      per: z.enum(['visits', 'days']),
      /** After ÷ before, with its exact 95 % confidence interval; null without complaints before, or nothing to divide by. */
      ratio: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** Complaints by week from the first day of the time before on. */
      weeks: z.array(z.object({ from: calendarDate, complaints: z.number().int() })),
    })
    .nullable(),
  abilities: z.object({ write: z.boolean(), tell: z.boolean() }),
})
export type ImprovementDetail = z.infer<typeof detail>

export const listImprovements = route({
  method: 'get',
  path: '/improvements',
  permission: 'case.read',
  summary: 'Changes of process that complaints led to, the newest first',
  query: listQuery('due', 'done').extend({
    status: improvementStatus.optional(),
    siteId: id.optional(),
    departmentId: id.optional(),
    categoryId: id.optional(),
  }),
  response: page(improvement),
})

const plan = {
  title: z.string().trim().min(1).max(120),
  cause: line.min(1),
  whys: z.array(line.min(1)).max(5),
  change: z.string().trim().max(2000).nullable(),
  ownerStaffId: id.nullable(),
  dueDate: calendarDate.nullable(),
}

export const startImprovement = route({
  method: 'post',
  path: '/improvements',
  permission: 'case.write',
  summary: 'From a complaint to its cause and the change that mends it',
  body: z.object({
    caseId: id,
    departmentId: id,
    title: plan.title,
    cause: plan.cause,
    whys: plan.whys.default([]),
    change: plan.change.default(null),
    ownerStaffId: plan.ownerStaffId.default(null),
    dueDate: plan.dueDate.default(null),
  }),
  response: detail,
  status: 201,
})

export const getImprovement = route({
  method: 'get',
  path: '/improvements/{id}',
  permission: 'case.read',
  summary: 'One change with its effect: complaints of its category at its department before and after',
  params: idParams,
  response: detail,
})

export const changeImprovement = route({
  method: 'patch',
  path: '/improvements/{id}',
  permission: 'case.write',
  summary: 'Change the plan, or say since when the process is another one',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    title: plan.title.optional(),
    cause: plan.cause.optional(),
    whys: plan.whys.optional(),
    change: plan.change.optional(),
    ownerStaffId: plan.ownerStaffId.optional(),
    dueDate: plan.dueDate.optional(),
    doneDate: calendarDate.nullable().optional(),
  }),
  response: detail,
})

export const linkCase = route({
  method: 'post',
  path: '/improvements/{id}/cases',
  permission: 'case.write',
  summary: 'A further complaint with the same cause',
  params: idParams,
  body: z.object({ caseId: id }),
  response: detail,
})

const recipients = z.object({
  /** Get a message or a call on the list. */
  messages: z.number().int(),
  calls: z.number().int(),
  /** Anonymous, or the contact gate refuses. */
  nobody: z.number().int(),
})

export const previewTelling = route({
  method: 'get',
  path: '/improvements/{id}/recipients',
  permission: 'case.read',
  summary: 'How many complainants would get a message, a call, or nothing',
  params: idParams,
  response: recipients,
})

export const tellImprovement = route({
  method: 'post',
  path: '/improvements/{id}/tell',
  permission: 'case.settle',
  summary: 'Tell the complainants what has changed because of them; each once, through the contact gate',
  params: idParams,
  body: z.object({}),
  response: recipients,
})
