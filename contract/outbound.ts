import { z } from 'zod'
import { countedQuery, id, idParams, many, page, route, timestamp } from './route.ts'

/** What can be sent, as in MSH-9: corrections of demographics; appointments (S12, S13, S14, S15, S26). */
export const outboundKinds = ['ADT^A31', 'SIU'] as const
export const outboundCharsets = ['UTF-8', 'GB18030'] as const
export const hl7Versions = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'] as const

/**
 * `sent`: on the wire, no answer yet. `unknown`: sent, but it is unclear whether it arrived; it is resent automatically with the same
 * control id, and marked. `rejected`: refused by the receiver; somebody must decide.
 */
export const outboundStatus = z.enum(['queued', 'sent', 'acknowledged', 'rejected', 'unknown', 'cancelled'])
export type OutboundStatus = z.infer<typeof outboundStatus>

/**
 * `down`: messages wait and the last attempt failed. `silent`: a message has waited too long. `held`: waits for a decision on a rejected
 * message. `off`: switched off.
 */
export const channelState = z.enum(['up', 'down', 'silent', 'held', 'off'])
export type ChannelState = z.infer<typeof channelState>

const word = z.string().trim().min(1).max(180)
const target = {
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9._:-]+$/, 'is a name or an address, without port'),
  port: z.number().int().min(1).max(65535),
  tls: z.boolean().default(false),
  /** PEM of the authority of the receiver's certificate; null: those known to Node. */
  tlsCa: z.string().trim().max(50_000).nullable().default(null),
}

export const outboundChannelBody = z.object({
  name: z.string().trim().min(1).max(100),
  ...target,
  receivingApplication: word,
  receivingFacility: word,
  /** Identifier system that the receiver understands; corrections are sent only of persons with such an identifier. */
  assigningAuthority: word,
  kinds: z.array(z.enum(outboundKinds)).min(1),
  charset: z.enum(outboundCharsets).default('UTF-8'),
  hl7Version: z.enum(hl7Versions).default('2.5'),
  /** Null: the setting for all. */
  ackTimeoutSeconds: z.number().min(0.1).max(600).nullable().default(null),
  /** More than one needs a receiver that accepts several connections; messages of one person stay in order. */
  maxInFlight: z.number().int().min(1).max(16).default(1),
  /** Stop after a rejected message until somebody decides. */
  holdOnReject: z.boolean().default(false),
  active: z.boolean().default(true),
})
export type OutboundChannelBody = z.infer<typeof outboundChannelBody>

const outboundChannel = outboundChannelBody.extend({
  id,
  state: channelState,
  waiting: z.number().int(),
  oldestWaitingAt: timestamp.nullable(),
  rejected: z.number().int(),
  /** Acknowledged since midnight. */
  today: z.number().int(),
  failures: z.number().int(),
  retryAt: timestamp.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: timestamp.nullable(),
  lastAnswerAt: timestamp.nullable(),
  lastAnswerCode: z.string().nullable(),
  version: z.number().int(),
  updatedAt: timestamp,
  updatedBy: z.string(),
})
export type OutboundChannel = z.infer<typeof outboundChannel>

export const listOutboundChannels = route({
  method: 'get',
  path: '/outbound/channels',
  permission: 'intake.read',
  summary: 'Systems that get messages from here, each with its state and waiting messages',
  response: z.object({ items: z.array(outboundChannel), defaultAckTimeoutSeconds: z.number() }),
})

export const createOutboundChannel = route({
  method: 'post',
  path: '/outbound/channels',
  permission: 'setting.write',
  summary: 'Add a system that gets messages',
  body: outboundChannelBody,
  response: z.object({ id }),
  status: 201,
  example: {
    body: {
      name: '集成平台',
      host: '10.20.30.40',
      port: 2575,
      receivingApplication: 'ESB',
      receivingFacility: 'NH',
      assigningAuthority: 'NH',
      kinds: ['ADT^A31'],
    },
  },
})

export const updateOutboundChannel = route({
  method: 'put',
  path: '/outbound/channels/{id}',
  permission: 'setting.write',
  summary: 'Change a channel; refused when somebody changed it meanwhile. Queued messages are sent unchanged',
  params: idParams,
  body: outboundChannelBody.extend({ version: z.number().int() }),
  response: z.object({ id }),
})

export const testOutboundChannel = route({
  method: 'post',
  path: '/outbound/channels/test',
  permission: 'setting.write',
  summary: 'Open a connection as a channel would, TLS included, and close it again; nothing is sent',
  body: z.object(target),
  response: z.object({ open: z.boolean(), milliseconds: z.number().int(), problem: z.string().nullable() }),
})

export const retryOutboundChannel = route({
  method: 'post',
  path: '/outbound/channels/{id}/retry',
  permission: 'intake.replay',
  summary: 'Try a channel now instead of after its pause',
  params: idParams,
  status: 204,
})

const outboundMessage = z.object({
  id,
  channelId: id,
  channelName: z.string(),
  personId: id,
  controlId: z.string(),
  kind: z.string(),
  status: outboundStatus,
  /** Number of transmissions; after several the receiver may have it twice. */
  attempts: z.number().int(),
  possibleDuplicate: z.boolean(),
  reason: z.string().nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
})
export type OutboundMessage = z.infer<typeof outboundMessage>

export const listOutboundMessages = route({
  method: 'get',
  path: '/outbound/messages',
  permission: 'intake.read',
  summary: 'Messages to hospital systems, newest first',
  query: countedQuery.extend({
    status: many(outboundStatus),
    channelId: id.optional(),
    controlId: z.string().max(200).optional(),
  }),
  response: page(outboundMessage),
})

export const getOutboundMessage = route({
  method: 'get',
  path: '/outbound/messages/{id}',
  permission: 'intake.read',
  summary: 'One message with its segments and every sending of it; names and numbers masked',
  params: idParams,
  response: outboundMessage.extend({
    segments: z.array(z.string()),
    sendings: z.array(
      z.object({
        number: z.number().int(),
        sentAt: timestamp,
        /** Sent again: the receiver may have it already. */
        resend: z.boolean(),
        outcome: z.enum(['acknowledged', 'rejected', 'unknown']).nullable(),
        code: z.string().nullable(),
        reason: z.string().nullable(),
        finishedAt: timestamp.nullable(),
        /** The answer, by segment. */
        answer: z.array(z.string()),
      }),
    ),
  }),
})
export type OutboundMessageDetail = z.infer<(typeof getOutboundMessage)['response']>

export const revealOutboundMessage = route({
  method: 'post',
  path: '/outbound/messages/{id}/reveal',
  permission: 'intake.replay',
  summary: 'Show one message in full; audited with the reason',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  response: z.object({ text: z.string(), charset: z.string() }),
})

const ids = z.array(id).min(1).max(1000)

export const replayOutboundMessages = route({
  method: 'post',
  path: '/outbound/messages/replay',
  permission: 'intake.replay',
  summary:
    'Put rejected or cancelled messages back into the queue; one that a newer message overtook stays as it is',
  body: z.object({ ids }),
  response: z.object({ replayed: z.number().int(), overtaken: z.number().int() }),
})

export const cancelOutboundMessages = route({
  method: 'post',
  path: '/outbound/messages/cancel',
  permission: 'intake.replay',
  summary: 'Take messages out of the queue, or settle rejected ones; messages being sent cannot be cancelled',
  body: z.object({ ids, reason: z.string().trim().min(2).max(200) }),
  response: z.object({ cancelled: z.number().int() }),
})
