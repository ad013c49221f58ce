import { z } from 'zod'
import { purposes } from './contact.ts'
import { messageChannels, writtenChannels } from './message.ts'
import { variants } from './pathway.ts'
import { calendarDate, id, idParams, listQuery, many, page, route, timestamp } from './route.ts'
import { schedule } from './schedule.ts'

/** 1: everybody the same; 2: by group; 3: by an event or date, going on; 4: by an event, with a pathway of its own steps. */
export const campaignLevel = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
export const campaignStatus = z.enum(['draft', 'submitted', 'running', 'paused', 'finished', 'cancelled'])
export type CampaignStatus = z.infer<typeof campaignStatus>

/** Why it is paused when its messages have used up what they may cost. */
export const budgetExhausted = 'budget-exhausted'

/** Said of a segment that nobody used before: it is counted within seconds. */
export const beingCounted = 'is being counted for the first time'

/** What a campaign is to bring about, and what its effect is measured by. */
export const campaignGoal = z.enum(['visited', 'booked', 'answered'])
export type CampaignGoal = z.infer<typeof campaignGoal>

/** Events that bring somebody into a campaign of level 3 or 4. */
export const campaignEvents = [
  'segment.entered',
  'segment.left',
  'encounter.registered',
  'encounter.discharged',
  'appointment.missed',
  'appointment.cancelled',
  'immunization.recorded',
] as const

const segmentCode = z.string().min(1).max(60)
const groupKey = z.string().regex(/^[a-z][a-z0-9]{0,19}$/)

const entry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('once'), date: calendarDate, hour: z.number().int().min(0).max(23) }),
  z.strictObject({ kind: z.literal('calendar'), schedule }),
  z.strictObject({
    kind: z.literal('event'),
    event: z.enum(campaignEvents),
    /** Before the same person enters again. */
    againAfterDays: z.number().int().min(1).max(3650),
  }),
])

const action = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('message'),
    channel: z.enum(writtenChannels),
    /** Code of a published template; null: subject and text stand here. */
    template: z.string().max(60).nullable(),
    /** Waits for the hour in which the person answers best. */
    bestHour: z.boolean(),
    subject: z.string().trim().max(200),
    body: z.string().trim().max(5000),
  }),
  /** A call by staff, with what to say. */
  z.strictObject({
    kind: z.literal('call'),
    title: z.string().trim().min(1).max(100),
    assignee: z.enum(['service-centre', 'outreach', 'attending-doctor']),
    script: z.string().trim().max(1000),
    dueDays: z.number().int().min(1).max(60),
  }),
  /** The steps of a published pathway. */
  z.strictObject({ kind: z.literal('pathway'), pathway: z.string().max(60) }),
])

const wave = z.strictObject({
  name: z.string().trim().min(1).max(60),
  /** Days after entering; later waves reach only those who have not done what the campaign is for. */
  afterDays: z.number().int().min(0).max(365),
  /** Local hours in which the wave goes out. */
  hours: z.strictObject({
    from: z.number().int().min(0).max(23),
    to: z.number().int().min(1).max(24),
    workingDaysOnly: z.boolean(),
  }),
  /** The first that fits a person is done; without one the wave passes them by. */
  scripts: z
    .array(
      z.strictObject({
        /** Null: of any group, or of none. */
        group: groupKey.nullable(),
        /** Null: of any variant. */
        variant: z.enum(variants).nullable(),
        action,
      }),
    )
    .min(1)
    .max(24),
})
export type CampaignWave = z.infer<typeof wave>

export const campaignPlan = z.strictObject({
  audience: z.strictObject({
    /** Null: everybody of the site. */
    segment: segmentCode.nullable(),
    /** But nobody of these. */
    without: z.array(segmentCode).max(10),
  }),
  entry,
  /** Parts of the audience with scripts of their own, in the order in which they are looked at. */
  groups: z
    .array(
      z.strictObject({
        key: groupKey,
        name: z.string().trim().min(1).max(60),
        segment: segmentCode,
      }),
    )
    .max(6),
  variants: z.number().int().min(1).max(variants.length),
  waves: z.array(wave).min(1).max(8),
  /** At most so many persons an hour; null: no limit. */
  perHour: z.number().int().min(1).max(1_000_000).nullable(),
})
export type CampaignPlan = z.infer<typeof campaignPlan>

const money = z.number().min(0).max(99_999_999).multipleOf(0.01)
const score = z.number().int().min(1).max(5)

const campaignBody = z.object({
  name: z.string().trim().min(1).max(100),
  level: campaignLevel,
  purpose: z.enum(purposes),
  siteId: id.nullable(),
  /** A notice of danger to everybody, past opt-outs, caps and quiet hours; needs two approvals. */
  emergency: z.boolean(),
  plan: campaignPlan,
  /** Share of the audience that is only observed, 0 to 0.9. */
  holdOut: z.number().min(0).max(0.9).multipleOf(0.01),
  goal: campaignGoal,
  windowDays: z.number().int().min(1).max(365),
  budget: money.nullable(),
  /** Income of one extra visit, for the benefit. */
  valuePerVisit: money.nullable(),
  /** Share of the audience that is expected to do it because of the campaign. */
  expectedRate: z.number().min(0).max(1).multipleOf(0.0001).nullable(),
  economicScore: score,
  strategicScore: score,
  /** The last day on which somebody enters; null: no end. */
  endsOn: calendarDate.nullable(),
})
export type CampaignBody = z.infer<typeof campaignBody>

const campaignSummary = campaignBody.omit({ plan: true }).extend({
  id,
  siteName: z.string().nullable(),
  status: campaignStatus,
  /** The weighted score, 1 to 5. */
  priority: z.number(),
  /** Persons that entered so far, and those of them that are only observed. */
  entered: z.number().int(),
  heldOut: z.number().int(),
  createdAt: timestamp,
  createdByName: z.string(),
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  version: z.number().int(),
})
export type CampaignSummary = z.infer<typeof campaignSummary>

const campaignDetail = campaignSummary.extend({
  plan: campaignPlan,
  submittedAt: timestamp.nullable(),
  submittedByName: z.string().nullable(),
  returned: z.object({ reason: z.string(), byName: z.string() }).nullable(),
  approvals: z.array(z.object({ byName: z.string(), at: timestamp })),
  approvalsNeeded: z.number().int(),
  pausedReason: z.string().nullable(),
  /** Still on their way; after a cancellation it falls to 0. */
  underWay: z.number().int(),
  /** Messages that are queued or being sent. */
  unsentMessages: z.number().int(),
  /** What its messages cost, with what is being sent; null without a budget. */
  spent: z.number().nullable(),
  /** When members and effect were last brought up to date. */
  followedAt: timestamp.nullable(),
  abilities: z.object({
    change: z.boolean(),
    submit: z.boolean(),
    approve: z.boolean(),
    return: z.boolean(),
    pause: z.boolean(),
    resume: z.boolean(),
    cancel: z.boolean(),
    delete: z.boolean(),
    budget: z.boolean(),
  }),
})
export type CampaignDetail = z.infer<typeof campaignDetail>

export const listCampaigns = route({
  method: 'get',
  path: '/campaigns',
  permission: 'campaign.read',
  summary: 'Campaigns, newest first',
  query: listQuery('name', 'priority', 'started').extend({
    status: many(campaignStatus),
    level: z.coerce.number().pipe(campaignLevel).optional(),
  }),
  response: page(campaignSummary),
})

export const getCampaign = route({
  method: 'get',
  path: '/campaigns/{id}',
  permission: 'campaign.read',
  summary: 'A campaign with its plan and where it stands',
  params: idParams,
  response: campaignDetail,
})

export const createCampaign = route({
  method: 'post',
  path: '/campaigns',
  permission: 'campaign.write',
  summary: 'Draft a campaign; nothing goes out before it is approved',
  body: campaignBody,
  response: campaignDetail,
  status: 201,
})

const seen = z.object({ version: z.number().int() })

export const updateCampaign = route({
  method: 'put',
  path: '/campaigns/{id}',
  permission: 'campaign.write',
  summary: 'Change a draft; a submitted one becomes a draft again',
  params: idParams,
  body: campaignBody.extend(seen.shape),
  response: campaignDetail,
})

export const deleteCampaign = route({
  method: 'delete',
  path: '/campaigns/{id}',
  permission: 'campaign.write',
  summary: 'Delete a draft',
  params: idParams,
  status: 204,
})

const step = <const P extends string>(name: P, summary: string) =>
  ({
    method: 'post',
    path: `/campaigns/{id}/${name}`,
    permission: 'campaign.write',
    summary,
    params: idParams,
    response: campaignDetail,
  }) as const

export const submitCampaign = route({
  ...step('submit', 'Ask for approval'),
  body: seen,
})

export const returnCampaign = route({
  ...step('return', 'Give it back with what is to be changed'),
  permission: 'campaign.approve',
  body: seen.extend({ reason: z.string().trim().min(2).max(300) }),
})

export const approveCampaign = route({
  ...step('approve', 'Approve what was submitted; with the last approval it starts. Never by an author'),
  permission: 'campaign.approve',
  body: seen.extend({
    /** The number of persons that the approver saw: refused when it has grown by more than a tenth. */
    audience: z.number().int().min(0),
  }),
})

export const changeCampaignBudget = route({
  ...step('budget', 'Raise or lower what it may cost while it runs; never by an author'),
  permission: 'campaign.approve',
  body: z.object({ budget: money.nullable() }),
})

const why = z.object({ reason: z.string().trim().min(2).max(200) })

export const pauseCampaign = route({
  ...step('pause', 'Stop everything at once; what is on its way waits'),
  body: why,
})
export const resumeCampaign = route(step('resume', 'Go on where it was'))
export const cancelCampaign = route({
  ...step('cancel', 'End it for good: unsent messages and open tasks are withdrawn'),
  body: why,
})

export const testCampaign = route({
  method: 'post',
  path: '/campaigns/{id}/test',
  permission: 'campaign.write',
  summary: 'Send a message of the draft to an address of your own, now; at most 20 for a campaign',
  params: idParams,
  body: z.object({
    wave: z.number().int().min(0).max(7),
    script: z.number().int().min(0).max(23),
    channel: z.enum(messageChannels),
    address: z.string().trim().min(1).max(254),
  }),
  response: z.object({
    result: z.enum(['sent', 'refused', 'unclear', 'unavailable']),
    reason: z.string().nullable(),
  }),
})

export const campaignPreview = z.object({
  /** Persons that meet the audience now; with an event or a date: those that could enter. */
  audience: z.number().int(),
  heldOut: z.number().int(),
  groups: z.array(
    z.object({ key: groupKey.nullable(), name: z.string().nullable(), persons: z.number().int() }),
  ),
  /** Of a sample of persons: how many messages of the first wave the gate would let out now, or why not. */
  gate: z.object({
    sampled: z.number().int(),
    permitted: z.number().int(),
    refused: z.array(z.object({ reason: z.string(), persons: z.number().int() })),
  }),
  /** Messages and calls, if everybody got every wave. */
  messages: z.number().int(),
  calls: z.number().int(),
  /** The most that the messages cost; null: no channel has a price. */
  cost: z.number().nullable(),
  /** Whom the gate would let be told, × expected rate × value of a visit. */
  expectedBenefit: z.number().nullable(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
})
export type CampaignPreview = z.infer<typeof campaignPreview>

export const previewCampaign = route({
  method: 'get',
  path: '/campaigns/{id}/preview',
  permission: 'campaign.read',
  summary:
    'Whom it would reach, what the gate would refuse, what it would cost, and what still stands in the way',
  params: idParams,
  response: campaignPreview,
})
