import { z } from 'zod'
import { largestPhotoBody, photoKey, photoUpload } from './photo.ts'
import { answers, localized, question } from './questionnaire.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** `waiting`: the message was not sent yet; `locked`: the year of birth was wrong too often. */
export const linkState = z.enum([
  'waiting',
  'not-sent',
  'sent',
  'opened',
  'answering',
  'used',
  'expired',
  'revoked',
  'locked',
])

/** Messages by the person's own channel (`preferred`) or one that staff choose; `shown`: on the spot. */
export const linkChannels = ['preferred', 'sms', 'wechat', 'email', 'shown'] as const

const linkSummary = z.object({
  id,
  channel: z.enum(linkChannels),
  state: linkState,
  /** Why the message was not sent. */
  reason: z.string().nullable(),
  createdAt: timestamp,
  createdByName: z.string(),
  expiresAt: timestamp.nullable(),
  openedAt: timestamp.nullable(),
  savedAt: timestamp.nullable(),
  usedAt: timestamp.nullable(),
})

export const listTaskLinks = route({
  method: 'get',
  path: '/tasks/{id}/questionnaire-links',
  permission: 'task.read',
  summary: 'One-time links of a task, newest first, and how one can be sent',
  params: idParams,
  response: z.object({
    /** Channels that reach the person, what they prefer first, with the masked address. */
    ways: z.array(z.object({ channel: z.enum(['sms', 'wechat', 'email']), address: z.string() })),
    /** False without a public address of this installation: then a link can only be shown. */
    ready: z.boolean(),
    items: z.array(linkSummary),
  }),
})

export const createTaskLink = route({
  method: 'post',
  path: '/tasks/{id}/questionnaire-links',
  permission: 'task.work',
  summary:
    'Let the person answer the questionnaire of the task: send a one-time link, or show it once. An earlier link of the task dies',
  params: idParams,
  body: z.object({
    channel: z.enum(linkChannels),
    language: z.enum(['zh-CN', 'zh-TW', 'en']).optional(),
  }),
  response: z.object({
    id,
    /** The full address, returned once and only for a displayed link. */
    url: z.string().nullable(),
    expiresAt: timestamp.nullable(),
  }),
  status: 201,
})

export const revokeLink = route({
  method: 'post',
  path: '/questionnaire-links/{id}/revoke',
  permission: 'task.work',
  summary: 'The link works no longer',
  params: idParams,
  status: 204,
})

const token = z.string().min(20).max(100)
/** Issued for the right year of birth; needed for all further calls. */
const pass = z.string().max(100)

/** A question as shown to the person: no points, and of a red flag only its condition and advice. */
const formQuestion = question.omit({ scores: true })

export const form = z.object({
  pass,
  /** `王*`; null when the person is not verified. */
  name: z.string().nullable(),
  siteName: z.string(),
  departmentName: z.string().nullable(),
  intro: localized.optional(),
  thanks: localized.optional(),
  items: z.array(formQuestion),
  answers,
  savedAt: timestamp.nullable(),
  expiresAt: timestamp,
})
export type Form = z.infer<typeof form>

const spoken = z.enum(['zh-CN', 'zh-TW', 'en']).nullable()

export const openForm = route({
  method: 'post',
  path: '/forms/open',
  permission: 'public',
  summary:
    'The form behind a one-time link. Without the year of birth (where one is known) nothing about the person is returned',
  body: z.object({
    token,
    /** Four digits, or the year of the Republic at sites in Taiwan. */
    birthYear: z.number().int().min(1).max(2200).optional(),
    pass: pass.optional(),
  }),
  response: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('confirm'),
      siteName: z.string(),
      language: spoken,
      republicYears: z.boolean(),
      emergencyNumber: z.string(),
      triesLeft: z.number().int(),
      wrong: z.boolean(),
    }),
    z.object({ state: z.literal('open'), language: spoken, emergencyNumber: z.string(), form }),
    /** `closed`: revoked, locked, no longer needed, or unknown. */
    z.object({ state: z.enum(['used', 'expired', 'closed']) }),
  ]),
})

const raised = z.array(z.string())

export const saveForm = route({
  method: 'post',
  path: '/forms/answers',
  permission: 'public',
  summary: 'Keep half-filled answers; dangerous ones reach the doctor at once',
  body: z.object({ token, pass, answers }),
  response: z.object({ savedAt: timestamp, redFlags: raised }),
})

export const submitForm = route({
  method: 'post',
  path: '/forms/submit',
  permission: 'public',
  summary: 'Hand the answers in; the link is used up',
  body: z.object({ token, pass, answers }),
  response: z.object({
    redFlags: raised,
    /** Only if the questionnaire allows the person to see it. */
    score: z.number().nullable(),
    meaning: localized.nullable(),
  }),
})

export const addFormPhoto = route({
  method: 'post',
  path: '/forms/photos',
  permission: 'public',
  summary: 'Send a picture for a question of the form; the answers then name its key',
  body: photoUpload.extend({ token, pass }),
  /** For callers whose link is alive: `X-Form` holds token and pass, separated by a blank. */
  largestBody: largestPhotoBody,
  response: z.object({ key: photoKey, contentType: z.string(), size: z.number() }),
  status: 201,
})

/** Not a GET: keeps the token out of URLs, which proxies log. */
export const readFormPhoto = route({
  method: 'post',
  path: '/forms/photos/read',
  permission: 'public',
  summary: 'A picture that the person sent by this form',
  body: z.object({ token, pass, key: photoKey }),
  produces: 'image/jpeg',
})
