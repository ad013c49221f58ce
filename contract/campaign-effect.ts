import { z } from 'zod'
import { campaignGoal } from './campaign.ts'
import { messageAccount, messageChannels } from './message.ts'
import { variants } from './pathway.ts'
import { id, idParams, listQuery, page, route, timestamp } from './route.ts'

/** A share with its 95 % interval. */
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

const sideSummary = z.object({
  variant: z.string(),
  persons: z.number().int(),
  answered: z.number().int(),
  booked: z.number().int(),
  visited: z.number().int(),
  visits: z.number().int(),
  revenue: z.number(),
  /** Persons whose window is still open: their figures may grow. */
  open: z.number().int(),
})

const account = messageAccount.extend({
  delivered: z.number().int(),
  /** Sent, and reported as not arrived. */
  undelivered: z.number().int(),
  read: z.number().int(),
  cost: z.number(),
})

const campaignEffect = z.object({
  followedAt: timestamp.nullable(),
  goal: campaignGoal,
  windowDays: z.number().int(),
  sides: z.array(sideSummary),
  messages: account,
  byWave: z.array(account.extend({ wave: z.string(), channel: z.enum(messageChannels) })),
  suppressed: z.array(z.object({ reason: z.string(), messages: z.number().int() })),
  /** Treated against held out; null without a comparison group. */
  effect: z
    .object({
      treatedRate: z.number(),
      controlRate: z.number(),
      difference: estimate,
      method: z.enum(['wald', 'newcombe']),
      /** Persons that did it because of the campaign. */
      extra: estimate,
      costPerExtra: z.number().nullable(),
      benefit: z.number().nullable(),
    })
    .nullable(),
  /** Who stayed, came back or was won back, by what they were when they entered. */
  stages: z.array(z.object({ stage: z.string(), persons: z.number().int(), visited: z.number().int() })),
  /** Persons that reached the goal so many days after entering. */
  days: z.array(z.object({ day: z.number().int(), treated: z.number().int(), control: z.number().int() })),
})
export type CampaignEffect = z.infer<typeof campaignEffect>

export const getCampaignEffect = route({
  method: 'get',
  path: '/campaigns/{id}/effect',
  permission: 'campaign.read',
  summary: 'What became of its messages, and what it brought beyond what would have happened anyway',
  params: idParams,
  response: campaignEffect,
})

const member = z.object({
  personId: id,
  name: z.string(),
  variant: z.string(),
  enteredAt: timestamp,
  until: timestamp,
  answeredAt: timestamp.nullable(),
  bookedAt: timestamp.nullable(),
  visitedAt: timestamp.nullable(),
  visits: z.number().int(),
  revenue: z.number(),
})

export const listCampaignMembers = route({
  method: 'get',
  path: '/campaigns/{id}/members',
  permission: 'campaign.read',
  summary: 'The persons behind the figures',
  params: idParams,
  query: listQuery('entered', 'visited', 'revenue').extend({
    variant: z.enum(['hold-out', ...variants]).optional(),
    did: campaignGoal.optional(),
  }),
  response: page(member),
})
