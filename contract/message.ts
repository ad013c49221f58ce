import { z } from 'zod'
import { purposes } from './contact.ts'
import { id, listQuery, many, page, route, timestamp } from './route.ts'

export const messageChannels = ['email', 'sms', 'wechat', 'letter', 'portal', 'phone'] as const
export type MessageChannel = (typeof messageChannels)[number]
/** What a message may be written for: `preferred` becomes what reaches the person, their own choice first, then the cheapest. */
export const writtenChannels = ['preferred', ...messageChannels] as const
export type WrittenChannel = (typeof writtenChannels)[number]

/** targeted = sent + failed + suppressed + unknown once nothing is queued or sending. */
export const messageStatus = z.enum(['queued', 'sending', 'sent', 'failed', 'suppressed', 'unknown'])
/** What became of a message that was sent, as the provider reports it. */
export const deliveryState = z.enum(['undelivered', 'delivered', 'read'])
export type DeliveryState = z.infer<typeof deliveryState>

export const listMessages = route({
  method: 'get',
  path: '/messages',
  permission: 'message.read',
  summary: 'Outbound messages, newest first, each accounted for',
  query: listQuery('person', 'due', 'finished').extend({
    status: many(messageStatus),
    channel: many(z.enum(messageChannels)),
    delivery: many(deliveryState),
    personId: id.optional(),
  }),
  response: page(
    z.object({
      id,
      personId: id,
      personName: z.string(),
      channel: z.enum(messageChannels),
      purpose: z.enum(purposes),
      address: z.string().nullable(),
      subject: z.string().nullable(),
      status: messageStatus,
      reason: z.string().nullable(),
      delivery: deliveryState.nullable(),
      deliveredAt: timestamp.nullable(),
      /** Short messages that it took; null for channels without parts. */
      parts: z.number().int().nullable(),
      cost: z.number().nullable(),
      createdAt: timestamp,
      dueAt: timestamp,
      finishedAt: timestamp.nullable(),
    }),
  ),
})

/** What became of messages: targeted = sent + failed + suppressed + unknown + still under way. */
export const messageAccount = z.object({
  targeted: z.number().int(),
  queued: z.number().int(),
  sending: z.number().int(),
  sent: z.number().int(),
  failed: z.number().int(),
  suppressed: z.number().int(),
  unknown: z.number().int(),
})

export const countMessages = route({
  method: 'get',
  path: '/messages/counts',
  permission: 'message.read',
  summary: 'The account: targeted = sent + failed + suppressed + unknown + still under way',
  response: messageAccount,
})
