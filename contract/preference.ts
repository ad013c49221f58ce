import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'

/** Ways that a person may turn off for other than their care. */
export const wishChannels = ['sms', 'wechat', 'email', 'phone', 'letter'] as const
export type WishChannel = (typeof wishChannels)[number]
export const wishLanguages = ['zh-CN', 'zh-TW', 'en'] as const

const hours = z.object({ from: z.number().int().min(0).max(23), to: z.number().int().min(1).max(24) })
const token = z.string().min(20).max(60)

const wishes = z.object({
  language: z.enum(wishLanguages).nullable(),
  preferredChannel: z.enum(['phone', 'sms', 'email', 'wechat']).nullable(),
  /** Messages about visits and services. */
  service: z.boolean(),
  /** Offers and advertising; on means a consent with this page as its proof. */
  marketing: z.boolean(),
  /** Ways that reach the person; false: not for services and offers. */
  channels: z.partialRecord(z.enum(wishChannels), z.boolean()),
  hours: hours.nullable(),
})
export type Wishes = z.infer<typeof wishes>

const page = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('open'),
    /** `王*` */
    name: z.string(),
    siteName: z.string(),
    /** What the message was for that brought the person here. */
    purpose: z.enum(['clinical', 'service', 'marketing']).nullable(),
    spoken: z.enum(wishLanguages),
    emergencyNumber: z.string(),
    quietFrom: z.number().int(),
    quietTo: z.number().int(),
    wishes,
    expiresAt: timestamp,
  }),
  z.object({ state: z.enum(['expired', 'closed']) }),
])
export type WishesPage = z.infer<typeof page>

/** By POST, so that the token is in no address that proxies log; it changes nothing. */
export const openWishes = route({
  method: 'post',
  path: '/preferences/open',
  permission: 'public',
  summary: 'The contact wishes of the person behind a signed link',
  body: z.object({ token }),
  response: page,
})

export const saveWishes = route({
  method: 'post',
  path: '/preferences/save',
  permission: 'public',
  summary: 'Change contact wishes by a signed link; what is off holds from the next contact on',
  body: z.object({ token, wishes: wishes.partial() }),
  response: page,
})

export const stopMarketing = route({
  method: 'post',
  path: '/preferences/stop',
  permission: 'public',
  summary: 'Opt out of advertising by one tap: consents are withdrawn, every channel is off',
  body: z.object({ token }),
  response: page,
})

export const createWishesLink = route({
  method: 'post',
  path: '/persons/{id}/preference-link',
  permission: 'person.write',
  summary: 'A signed link to the person’s page of contact wishes, to show or copy',
  params: idParams,
  response: z.object({ url: z.string(), expiresAt: timestamp }),
})

export const getWishes = route({
  method: 'get',
  path: '/persons/{id}/preferences',
  permission: 'person.read',
  summary: 'Hours that a person wishes, and the hour in which they answer best',
  params: idParams,
  response: z.object({
    hours: hours.nullable(),
    bestHour: z.object({ hour: z.number().int(), share: z.number(), calls: z.number().int() }).nullable(),
  }),
})

export const setWishedHours = route({
  method: 'put',
  path: '/persons/{id}/preferences',
  permission: 'person.write',
  summary: 'Hours in which a person wants to be contacted, as they said',
  params: z.object({ id }),
  body: z.object({ hours: wishes.shape.hours }),
  status: 204,
})
