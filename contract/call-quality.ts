import { z } from 'zod'
import { callSummary } from './call.ts'
import { answers, questionnaireDefinition } from './questionnaire.ts'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

/** What was told or recorded is wrong; somebody's data are at risk; somebody is. */
export const criticalKinds = ['accuracy', 'privacy', 'safety'] as const
export const criticalKind = z.enum(criticalKinds)
export type CriticalKind = z.infer<typeof criticalKind>

export const callReviewStates = ['open', 'done', 'acknowledged'] as const

const review = z.object({
  id,
  callId: id,
  userName: z.string(),
  /** Monday of the week that it was drawn from; null: chosen by hand, which counts in no figure. */
  week: z.string().nullable(),
  state: z.enum(callReviewStates),
  direction: callSummary.shape.direction,
  personId: id.nullable(),
  personName: z.string().nullable(),
  callAt: timestamp,
  talkedSeconds: z.number().int().nullable(),
  /** Of the points that could be had, in percent. */
  score: z.number().nullable(),
  critical: z.array(criticalKind),
  reviewedAt: timestamp.nullable(),
  reviewedByName: z.string().nullable(),
})
export type CallReview = z.infer<typeof review>

export const listCallReviews = route({
  method: 'get',
  path: '/call-reviews',
  permission: 'call-review.read',
  summary: 'Calls that are scored; agents see the finished ones of their own calls',
  query: listQuery('at', 'agent', 'score').extend({
    state: z.enum(callReviewStates).optional(),
    week: calendarDate.optional(),
    userId: z.string().max(64).optional(),
    /** With a critical error. */
    critical: z.stringbool().optional(),
  }),
  response: page(review),
})

const text = z.string().trim().max(2000)

export const callReviewDetail = review.extend({
  questionnaire: questionnaireDefinition,
  answers,
  comment: z.string().nullable(),
  acknowledgedAt: timestamp.nullable(),
  agentComment: z.string().nullable(),
  note: z.string().nullable(),
  disposition: callSummary.shape.disposition,
  abilities: z.object({ score: z.boolean(), acknowledge: z.boolean(), listen: z.boolean() }),
})
export type CallReviewDetail = z.infer<typeof callReviewDetail>

export const getCallReview = route({
  method: 'get',
  path: '/call-reviews/{id}',
  permission: 'call-review.read',
  summary: 'A scored call with its form',
  params: idParams,
  response: callReviewDetail,
})

export const reviewCall = route({
  method: 'post',
  path: '/calls/{id}/review',
  permission: 'call-review.write',
  summary: 'Choose a call for scoring by hand, for training; it counts in no figure',
  params: idParams,
  response: z.object({ id }),
  status: 201,
})

export const finishCallReview = route({
  method: 'put',
  path: '/call-reviews/{id}',
  permission: 'call-review.write',
  summary: 'Score a call, or correct the scores until the agent has seen them',
  params: idParams,
  body: z.object({ answers, comment: text.default('') }),
  response: callReviewDetail,
})

export const acknowledgeCallReview = route({
  method: 'post',
  path: '/call-reviews/{id}/acknowledge',
  permission: 'call-review.read',
  summary: 'The agent has seen the scores of a call of their own, and may say something to them',
  params: idParams,
  body: z.object({ comment: text.default('') }),
  response: callReviewDetail,
})

/** With its 95 % interval. */
const share = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable()

export const qualityChannels = [
  'phone',
  'web-chat',
  'sms',
  'wechat',
  'email',
  'portal',
  'fax',
  'visit',
] as const

const channelLine = z.object({
  channel: z.enum(qualityChannels),
  /** Contacts that the hospital was asked for by it. */
  contacts: z.number().int(),
  answered: z.number().int(),
  /** Given up unanswered: hung up after the short-abandon time, or closed without an answer. */
  abandoned: z.number().int(),
  inTime: z.number().int(),
  /** Until the first answer, counted within the channel's hours. */
  medianSeconds: z.number().nullable(),
  targetSeconds: z.number().int(),
  /** Answered contacts whose time to come again is over, and how many of them did not. */
  settled: z.number().int(),
  resolved: z.number().int(),
  rated: z.number().int(),
  satisfied: z.number().int(),
})
export type ChannelLine = z.infer<typeof channelLine>

const agentLine = z.object({
  userId: z.string(),
  userName: z.string(),
  answered: z.number().int(),
  averageTalkSeconds: z.number().nullable(),
  averageWrapSeconds: z.number().nullable(),
  reviewed: z.number().int(),
  /** Mean of the drawn ones. */
  score: z.number().nullable(),
  critical: z.number().int(),
})

const period = { siteId: id, from: calendarDate, to: calendarDate }
export const mostQualityDays = 92

export const getCallQuality = route({
  method: 'get',
  path: '/call-quality',
  permission: 'call.supervise',
  summary: 'How a site is reached and answered, channel by channel, and how well its calls score',
  query: z.object(period),
  response: z.object({
    targetPercent: z.number().int(),
    firstContactDays: z.number().int(),
    channels: z.array(channelLine),
    agents: z.array(agentLine),
    reviews: z.object({
      drawn: z.number().int(),
      reviewed: z.number().int(),
      score: z.number().nullable(),
      /** Share of calls without a critical error of the kind, estimated from the drawn ones. */
      accuracy: z.object({ accuracy: share, privacy: share, safety: share }),
    }),
  }),
})
export type CallQuality = z.infer<(typeof getCallQuality)['response']>

const slot = z.object({
  /** Calls expected in the half hour, with an 80 % prediction interval. */
  calls: z.number(),
  low: z.number(),
  high: z.number(),
  /** At the telephone at the same time. */
  agents: z.number().int(),
  /** On the roster, breaks and training included. */
  rostered: z.number().int(),
})

export const getCallForecast = route({
  method: 'get',
  path: '/call-forecast',
  permission: 'call.supervise',
  summary: 'Calls to expect in each half hour of a week, and how many agents they need (Erlang C)',
  query: z.object({ siteId: id, from: calendarDate }),
  response: z.object({
    days: z.array(
      z.object({
        date: z.string(),
        working: z.boolean(),
        /** Days like it that the forecast was made from. */
        basedOn: z.number().int(),
        /** 48 half hours from midnight. */
        slots: z.array(slot),
      }),
    ),
    ahtSeconds: z.number().nullable(),
    target: z.object({ seconds: z.number().int(), percent: z.number().int() }),
    /** The last seven days forecast from what was known before them; null without such days. */
    lastWeek: z
      .object({
        expected: z.number(),
        came: z.number().int(),
        /** Sum of |error| ÷ calls. */ error: z.number().nullable(),
      })
      .nullable(),
  }),
})
export type CallForecast = z.infer<(typeof getCallForecast)['response']>
