import { z } from 'zod'
import { month } from './month.ts'
import { id, idParams, listQuery, page, route, timestamp } from './route.ts'

export const spotCheckStatus = z.enum(['open', 'agree', 'disagree', 'unclear', 'unreached'])
export type SpotCheckStatus = z.infer<typeof spotCheckStatus>

/** Reasons for a higher chance of being drawn; each has a weight setting. */
export const riskReason = z.enum(['stated', 'short-call', 'repeated', 'red-flag-prone'])
export type RiskReason = z.infer<typeof riskReason>

/** `YYYY-MM` */

const checkField = z.object({
  field: z.enum(['called', 'called-on', 'medication', 'revisit']),
  recorded: z.string().nullable(),
  said: z.string().nullable(),
  result: z.enum(['agree', 'disagree', 'unclear']),
})
export type CheckField = z.infer<typeof checkField>

/** Share of agreement with its 95 % interval; null if too few are checked. */
export const spotCheckScore = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable()
export type SpotCheckScore = z.infer<typeof spotCheckScore>

const doctorLine = z.object({
  staffId: id,
  staffName: z.string(),
  departmentName: z.string().nullable(),
  /** Results of the month that could be drawn. */
  candidates: z.number().int(),
  drawn: z.number().int(),
  open: z.number().int(),
  agree: z.number().int(),
  disagree: z.number().int(),
  unclear: z.number().int(),
  unreached: z.number().int(),
  appealed: z.number().int(),
  /** Appeals not decided yet. */
  undecided: z.number().int(),
  /** Granted appeals, which are excluded from the score. */
  upheld: z.number().int(),
  score: spotCheckScore,
})
export type SpotCheckDoctor = z.infer<typeof doctorLine>

const place = { siteId: id, month }

export const getSpotChecks = route({
  method: 'get',
  path: '/spot-checks',
  permission: 'spot-check.read',
  summary: 'Spot checks of a month: the draw and every doctor within reach',
  query: z.object(place),
  response: z.object({
    draw: z
      .object({
        id,
        seed: z.string(),
        drawnAt: timestamp,
        drawnByName: z.string(),
        notCallable: z.number().int(),
      })
      .nullable(),
    /** Fewer finished checks than this give no score. */
    scoreMinimum: z.number().int(),
    appealDays: z.number().int(),
    doctors: z.array(doctorLine),
    /** Set when this month may be drawn now. */
    mayDraw: z.boolean(),
  }),
})

const spotCheck = z.object({
  id,
  month,
  status: spotCheckStatus,
  staffId: id,
  staffName: z.string(),
  departmentName: z.string().nullable(),
  personId: id,
  personName: z.string(),
  checkedTaskId: id,
  /** The second call; null for readers who may not see it before it is finished. */
  taskId: id.nullable(),
  completedAt: timestamp,
  reasons: z.array(riskReason),
  probability: z.number(),
  fields: z.array(checkField),
  satisfaction: z.number().int().nullable(),
  checkedAt: timestamp.nullable(),
  checkedByName: z.string().nullable(),
  acceptedAt: timestamp.nullable(),
  appeal: z
    .object({
      reason: z.string(),
      at: timestamp,
      byName: z.string(),
      decision: z.enum(['upheld', 'rejected']).nullable(),
      decisionReason: z.string().nullable(),
      decidedAt: timestamp.nullable(),
      decidedByName: z.string().nullable(),
    })
    .nullable(),
  abilities: z.object({ appeal: z.boolean(), decide: z.boolean() }),
})
export type SpotCheck = z.infer<typeof spotCheck>

export const listSpotChecks = route({
  method: 'get',
  path: '/spot-checks/rows',
  permission: 'spot-check.read',
  summary: 'Single spot checks, newest first; open ones are hidden from the checked doctors',
  query: listQuery('month', 'doctor', 'person', 'completed').extend({
    siteId: id.optional(),
    month: month.optional(),
    staffId: id.optional(),
    departmentId: id.optional(),
    status: spotCheckStatus.optional(),
    /** `open`: appeals that wait for a decision. */
    appeal: z.enum(['open', 'any']).optional(),
    /** Own results of the caller only. */
    mine: z.stringbool().optional(),
  }),
  response: page(spotCheck),
})

const planned = z.object({
  staffId: id,
  staffName: z.string(),
  departmentName: z.string().nullable(),
  candidates: z.number().int(),
  size: z.number().int(),
  isNew: z.boolean(),
  reasons: z.partialRecord(riskReason, z.number().int()),
})

export const previewSpotChecks = route({
  method: 'get',
  path: '/spot-checks/preview',
  permission: 'spot-check.draw',
  summary: 'How many results of each doctor would be drawn, not which: the seed is generated with the draw',
  query: z.object(place),
  response: z.object({ notCallable: z.number().int(), doctors: z.array(planned) }),
})
export type SpotCheckPreview = z.infer<(typeof previewSpotChecks)['response']>

export const drawSpotChecks = route({
  method: 'post',
  path: '/spot-checks/draws',
  permission: 'spot-check.draw',
  summary:
    'Draw the sample of a finished month, once; each drawn result becomes a task of the service centre',
  body: z.object(place),
  response: z.object({ id, drawn: z.number().int() }),
  status: 201,
})

export const getSpotCheckDraw = route({
  method: 'get',
  path: '/spot-checks/draws/{id}',
  permission: 'spot-check.draw',
  summary: 'Everything needed to draw the sample again: seed, sizes, weights, probabilities',
  params: idParams,
  response: z.object({
    seed: z.string(),
    sizes: z.record(z.string(), z.number().int()),
    settings: z.record(z.string(), z.unknown()),
    candidates: z.array(
      z.object({
        taskId: id,
        staffId: id,
        weight: z.number(),
        reasons: z.array(riskReason),
        probability: z.number(),
        selected: z.boolean(),
      }),
    ),
  }),
})

const reason = z.string().trim().min(2).max(500)

export const appealSpotCheck = route({
  method: 'post',
  path: '/spot-checks/{id}/appeal',
  permission: 'spot-check.appeal',
  summary: 'Object to a disagreement about one’s own result, with a reason',
  params: idParams,
  body: z.object({ reason }),
  status: 204,
})

export const acceptSpotCheck = route({
  method: 'post',
  path: '/spot-checks/{id}/accept',
  permission: 'spot-check.appeal',
  summary: 'Take note of a disagreement about one’s own result',
  params: idParams,
  status: 204,
})

export const decideSpotCheck = route({
  method: 'post',
  path: '/spot-checks/{id}/decide',
  permission: 'spot-check.decide',
  summary: 'Decide an appeal, with a reason; an upheld one takes the result out of the score',
  params: idParams,
  body: z.object({ decision: z.enum(['upheld', 'rejected']), reason }),
  status: 204,
})
