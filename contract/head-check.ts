import { z } from 'zod'
import { counts } from './figure.ts'
import { month } from './month.ts'
import { outcome, proofClass } from './task.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** Finding of the head of a department about a doctor's follow-up of a month. */
export const headCheckVerdict = z.enum(['satisfactory', 'needs-work'])

const headCheck = z.object({
  id,
  verdict: headCheckVerdict,
  remark: z.string().nullable(),
  checkedAt: timestamp,
  checkedByName: z.string(),
  /** When the doctor acknowledged it. */
  acknowledgedAt: timestamp.nullable(),
})

const line = z.object({
  staffId: id,
  staffName: z.string(),
  title: z.string().nullable(),
  departmentId: id,
  departmentName: z.string(),
  /** Level-1 follow-up of the month's discharges, as of now. */
  counts,
  check: headCheck.nullable(),
  abilities: z.object({
    check: z.boolean(),
    acknowledge: z.boolean(),
  }),
})
export type HeadCheckLine = z.infer<typeof line>

export const listHeadChecks = route({
  method: 'get',
  path: '/head-checks',
  permission: 'head-check.read',
  summary: 'Doctors with discharges in a month, their follow-up, and the findings of the head',
  query: z.object({ month, siteId: id.optional(), departmentId: id.optional() }),
  response: z.object({
    /** Due date for checking this month, in the site's time zone. */
    dueOn: z.string(),
    over: z.boolean(),
    items: z.array(line),
  }),
})

const scopeOfOne = { month, staffId: id, departmentId: id }

export const getHeadCheckSample = route({
  method: 'get',
  path: '/head-checks/sample',
  permission: 'head-check.read',
  summary: 'Some of the doctor’s results of the month to look at; the same ones for everybody who asks',
  query: z.object(scopeOfOne),
  response: z.object({
    items: z.array(
      z.object({
        taskId: id,
        personId: id,
        personName: z.string(),
        conditionText: z.string().nullable(),
        dueAt: timestamp,
        completedAt: timestamp,
        outcome,
        proof: proofClass.nullable(),
        attempts: z.number().int(),
        durationSeconds: z.number().int().nullable(),
        note: z.string().nullable(),
      }),
    ),
  }),
})

export const saveHeadCheck = route({
  method: 'post',
  path: '/head-checks',
  permission: 'head-check.write',
  summary: 'Record the finding of the head; may be corrected until the doctor has acknowledged it',
  body: z
    .object({ ...scopeOfOne, verdict: headCheckVerdict, remark: z.string().trim().max(1000).optional() })
    .superRefine(({ verdict, remark }, context) => {
      if (verdict === 'needs-work' && (remark ?? '').length < 2)
        context.addIssue({ code: 'custom', path: ['remark'], message: 'says what needs work' })
    }),
  response: z.object({ id }),
  status: 201,
})

export const acknowledgeHeadCheck = route({
  method: 'post',
  path: '/head-checks/{id}/acknowledge',
  permission: 'head-check.acknowledge',
  summary: 'The doctor acknowledges the finding of the head',
  params: idParams,
  status: 204,
})
