import { z } from 'zod'
import { id, route, timestamp } from './route.ts'

export const presences = ['available', 'wrap-up', 'break'] as const

export const dial = route({
  method: 'post',
  path: '/calls',
  permission: 'call.work',
  summary: 'Call a person from my telephone: it rings first, then theirs',
  body: z.object({
    personId: id,
    /** Which number; left out: the newest valid one. */
    telecomId: id.optional(),
    /** A relative instead. */
    relationshipId: id.optional(),
    /** The task that the call is made for. */
    taskId: id.optional(),
  }),
  response: z.object({ callId: id }),
  status: 202,
})

const line = z.object({
  accountId: id,
  accountName: z.string(),
  extension: z.string(),
  presence: z.enum(presences),
  presenceSince: timestamp,
  /** The telephone is the agent's browser. */
  browser: z.boolean(),
})

export const getMyLine = route({
  method: 'get',
  path: '/me/line',
  permission: 'call.work',
  summary: 'My telephone, where I may have one, and my calls that ring, run, or wait to be wrapped up',
  response: z.object({
    line: line.nullable(),
    accounts: z.array(
      z.object({
        id,
        name: z.string(),
        siteName: z.string(),
        /** Its telephones may be browsers. */
        browser: z.boolean(),
        /** As whom my browser registered last; its secret is kept. */
        sipUser: z.string().nullable(),
      }),
    ),
    calls: z.array(id),
    /** The last command that the telephone system refused, within the last minute. */
    refused: z.object({ act: z.string(), error: z.string(), at: timestamp }).nullable(),
  }),
})

export const setMyLine = route({
  method: 'put',
  path: '/me/line',
  permission: 'call.work',
  summary:
    'Sit at a telephone, leave it, or say whether I am there; a telephone that a colleague left signed in becomes mine',
  body: z.object({
    accountId: id,
    /** Null: I leave it. */
    extension: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z_.-]{1,40}$/)
      .nullable(),
    presence: z.enum(presences).default('available'),
    /** The telephone is this browser. */
    browser: z.boolean().default(false),
    /** As whom it registers; left out: the extension. */
    sipUser: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z_.-]{1,60}$/)
      .optional(),
    /** Never returned with the line; left out: stays as it is. */
    sipSecret: z
      .string()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, 'has to be a single line')
      .optional(),
  }),
  status: 204,
})

export const registerMyLine = route({
  method: 'post',
  path: '/me/line/registration',
  permission: 'call.work',
  summary:
    'What my browser needs to be my telephone, its secret included; audited, and for nobody else’s line',
  response: z.object({
    /** Where it connects, by WebSocket. */
    url: z.string(),
    /** Of its SIP address. */
    domain: z.string(),
    user: z.string(),
    secret: z.string(),
  }),
})
