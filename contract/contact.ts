import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'

/** Ways in which a person is contacted. */
export const contactChannels = ['email', 'sms', 'wechat', 'letter', 'portal', 'phone', 'visit'] as const
export type ContactChannel = (typeof contactChannels)[number]
export const purposes = ['clinical', 'service', 'marketing'] as const
export type Purpose = (typeof purposes)[number]

/** Why a person may not be contacted, in order of precedence. */
export const contactRefusals = [
  'deceased',
  'open-dispute',
  'opted-out',
  'no-consent',
  'no-address',
  'frequency-cap',
] as const
export type ContactRefusal = (typeof contactRefusals)[number]

/**
 * The gate's verdict on a call or visit: `refused` blocks it; before `notBefore` the hour is unsuitable, unless the person asked for it.
 */
export const contactVerdict = z.object({
  refused: z.enum(contactRefusals).nullable(),
  notBefore: timestamp.nullable(),
  /** The hour of the day (0–23) in which the person answers most often, and of how many calls that is learned; null: not known. */
  bestHour: z.object({ hour: z.number().int(), share: z.number(), calls: z.number().int() }).nullable(),
})

export const consentProofs = ['paper', 'form', 'recording', 'message', 'portal'] as const
const consentChannel = z.enum(['all', ...contactChannels])

export const consent = z.object({
  id,
  purpose: z.enum(purposes),
  channel: consentChannel,
  givenAt: timestamp,
  proof: z.enum(consentProofs),
  /** Reference of the proof, such as the number of the paper form. */
  reference: z.string().nullable(),
  recordedByName: z.string(),
  withdrawnAt: timestamp.nullable(),
  withdrawnByName: z.string().nullable(),
  withdrawnReason: z.string().nullable(),
})
export type Consent = z.infer<typeof consent>
const consents = z.object({ items: z.array(consent) })

export const listConsents = route({
  method: 'get',
  path: '/persons/{id}/consents',
  permission: 'person.read',
  summary: 'What a person agreed to, withdrawn consents included, newest first',
  params: idParams,
  response: consents,
})

export const giveConsent = route({
  method: 'post',
  path: '/persons/{id}/consents',
  permission: 'person.write',
  summary: 'Record that a person agreed to contact for a purpose, with its proof',
  params: idParams,
  body: z.object({
    purpose: z.enum(purposes),
    channel: consentChannel,
    /** When the person gave it; left out: now. */
    givenAt: timestamp.optional(),
    proof: z.enum(consentProofs),
    reference: z.string().trim().max(200).optional(),
  }),
  response: consents,
})

export const withdrawConsent = route({
  method: 'post',
  path: '/persons/{id}/consents/{consentId}/withdraw',
  permission: 'person.write',
  summary: 'Record that a person takes a consent back; holds from the next contact on',
  params: z.object({ id, consentId: id }),
  body: z.object({ reason: z.string().trim().max(200).optional() }),
  response: consents,
})

/** Ways in which a person turns to the hospital. */
export const receivedChannels = ['phone', 'visit', 'wechat', 'email'] as const

export const recordReceived = route({
  method: 'post',
  path: '/persons/{id}/received',
  permission: 'person.write',
  summary: 'Record that a person, or somebody for them, called or came, and what it was about',
  params: idParams,
  body: z.object({
    channel: z.enum(receivedChannels),
    /** Who called, when it was not the person. */
    caller: z.string().trim().max(60).optional(),
    note: z.string().trim().min(2).max(1000),
  }),
  response: z.object({ at: timestamp }),
  status: 201,
})
