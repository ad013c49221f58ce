import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'

export const telephonyKinds = ['asterisk', 'webhook'] as const
export type TelephonyKind = (typeof telephonyKinds)[number]
export const callDirections = ['inbound', 'outbound', 'internal'] as const

export const telephonyEventTypes = [
  'started',
  'queued',
  'ringing',
  'answered',
  'held',
  'resumed',
  'leg-ended',
  'ended',
  'recording-ready',
] as const

const word = (most: number) => z.string().trim().min(1).max(most)
/** Names and numbers of a system: of one line, as the database takes no NUL. */
const plain = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has to be a single line')

/** What a telephone system tells of a call, in the words of every system. Doubled and reordered events change nothing. */
export const telephonyEvent = z.object({
  /** The call's name in the telephone system, one for all telephones that take part (Asterisk: Linkedid). */
  callId: plain(200).min(1),
  type: z.enum(telephonyEventTypes),
  at: timestamp,
  /** The telephone of the event, where it is one of many (Asterisk: Uniqueid); needed with `extension`. */
  legId: plain(200).min(1).optional(),
  /** The agent's extension at that telephone. */
  extension: plain(40).min(1).optional(),
  direction: z.enum(callDirections).optional(),
  /** The other party's number, as dialled or shown. */
  number: plain(60).optional(),
  /** The number or extension called first. */
  dialled: plain(60).optional(),
  queue: plain(80).min(1).optional(),
  /** Why it ended, in the system's own word. */
  cause: plain(80).min(1).optional(),
  /** Where the recording lies: its name at the telephone system. */
  recording: plain(400).min(1).optional(),
})
export type TelephonyEvent = z.infer<typeof telephonyEvent>

export const receiveTelephonyEvents = route({
  method: 'post',
  path: '/telephony/events',
  permission: 'public',
  summary:
    'Events of a telephone system, signed: `x-careloop-timestamp` (Unix seconds) and `x-careloop-signature` (`v1=` and the hex HMAC-SHA-256 of time stamp, a dot and the body); a copy of a delivery is refused',
  query: z.object({ account: id }),
  // The handler reads the body as it was signed.
  consumes: 'application/json',
  response: z.object({ events: z.number().int() }),
})

const host = word(253).regex(/^[A-Za-z0-9._:-]+$/, 'is a name or an address, without port')
const port = z.number().int().min(1).max(65535)
const endpoint = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => !/[@#]/.test(text), 'has no account in it')
const optionalEndpoint = z.union([z.literal(''), endpoint]).default('')
/** Secrets go there: encrypted, unless it is this machine. */
function isSocketUrl(text: string): boolean {
  if (!URL.canParse(text) || /[@#\s;,]/.test(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'wss:' || (protocol === 'ws:' && ['127.0.0.1', 'localhost'].includes(hostname))
}
const context = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_.-]{1,80}$/, 'is a context of the dial plan')
/** Never returned; left out: stays as it is. */
const secret = z
  .string()
  .max(500)
  .regex(/^\P{Cc}*$/u, 'has to be a single line')
  .optional()

const common = {
  name: word(100),
  siteId: id,
  active: z.boolean().default(true),
}

/** The settings of a telephone system, by its kind. */
export const telephonyBodies = {
  asterisk: z.object({
    kind: z.literal('asterisk'),
    ...common,
    /** Asterisk Manager Interface. */
    host,
    port: port.default(5038),
    tls: z.boolean().default(false),
    user: word(80),
    password: secret,
    /** How an agent's extension is dialled, with `{extension}` in it. */
    agentEndpoint: word(120)
      .refine((text) => text.includes('{extension}'), 'has {extension} in it')
      .default('PJSIP/{extension}'),
    /** Which extensions are agents', as a regular expression. */
    extensions: word(120).refine(isPattern, 'is no regular expression').default('^[1-9][0-9]{2,4}$'),
    /** Where outside numbers and extensions are dialled. */
    context: context.default('from-internal'),
    /** What stands before an outside number. */
    prefix: z
      .string()
      .trim()
      .regex(/^[0-9*#]{0,6}$/)
      .default(''),
    /** File of call records (cdr_csv) over HTTP, for calls that ended while nobody listened. */
    recordsUrl: optionalEndpoint,
    /** Asterisk REST Interface, such as `http://10.0.0.5:8088/ari`: recordings, and calls by machine. */
    ariUrl: optionalEndpoint,
    ariUser: z.string().trim().max(80).default(''),
    ariPassword: secret,
    /** The Stasis application of calls by machine. */
    ariApp: word(80).default('careloop'),
    /** How an outside number is called by machine, with `{number}` in it: `PJSIP/{number}@trunk`; empty: by the context above. */
    ariEndpoint: z
      .string()
      .trim()
      .max(120)
      .refine((text) => text === '' || text.includes('{number}'), 'has {number} in it')
      .default(''),
    /** The number shown to those called by machine. */
    ariCallerId: z.string().trim().max(80).default(''),
    /** Context that tells answering machines by AMD(); empty: nobody does. */
    amdContext: z.union([z.literal(''), context]).default(''),
    /** Context of the queue of agents to which calls by machine are handed over; empty: somebody calls back. */
    agentsContext: z.union([z.literal(''), context]).default(''),
    /** Address of this installation as the telephone system reaches it; empty: the public one. */
    mediaUrl: optionalEndpoint,
    /** Where browsers register as telephones (SIP over WebSocket), such as `wss://pbx.example:8089/ws`; empty: none do. */
    browserUrl: z
      .string()
      .trim()
      .max(500)
      .refine((text) => text === '' || isSocketUrl(text), 'begins with wss://')
      .default(''),
    /** The domain of their SIP addresses; empty: the host above. */
    browserDomain: z.union([z.literal(''), host]).default(''),
    /** Where Asterisk brings what callers say (AudioSocket), as it reaches this machine: `10.0.0.8:9092`; empty: nothing is listened to. */
    audioAddress: z
      .union([
        z.literal(''),
        z.string().regex(/^[A-Za-z0-9._-]+:\d{2,5}$/, 'is a host and a port, such as 10.0.0.8:9092'),
      ])
      .default(''),
  }),
  webhook: z.object({
    kind: z.literal('webhook'),
    ...common,
    /** Signs what comes in and what is asked for; the one before stays valid for what comes in. */
    signingSecret: secret,
    /** Where calls, transfers and the like are asked for; empty: the system takes no orders. */
    commandsUrl: optionalEndpoint,
    /** Address of a recording, with `{recording}` in it. */
    recordingsUrl: z
      .union([
        z.literal(''),
        endpoint.refine((text) => text.includes('{recording}'), 'has {recording} in it'),
      ])
      .default(''),
  }),
} satisfies Record<TelephonyKind, z.ZodObject>

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

/** Fields that are secrets, by kind. */
export const telephonySecrets = {
  asterisk: ['password', 'ariPassword'],
  webhook: ['signingSecret'],
} as const satisfies Record<TelephonyKind, readonly string[]>

export const telephonyBody = z.discriminatedUnion('kind', [telephonyBodies.asterisk, telephonyBodies.webhook])
export type TelephonyBody = z.output<typeof telephonyBody>
export type AsteriskConfig = z.output<typeof telephonyBodies.asterisk>
export type WebhookConfig = z.output<typeof telephonyBodies.webhook>

const account = z.object({
  id,
  kind: z.enum(telephonyKinds),
  name: z.string(),
  siteId: id,
  siteName: z.string(),
  active: z.boolean(),
  /** The rest of the form, without secrets. */
  config: z.record(z.string(), z.unknown()),
  secretsSet: z.array(z.string()),
  /** Since when the adapter is connected; null: it is not, or the system calls us. */
  connectedAt: timestamp.nullable(),
  lastEventAt: timestamp.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: timestamp.nullable(),
  /** Below the public address. */
  eventsPath: z.string().nullable(),
  mayChange: z.boolean(),
  version: z.number().int(),
})
export type TelephonyAccount = z.infer<typeof account>

export const listTelephonyAccounts = route({
  method: 'get',
  path: '/telephony/accounts',
  permission: 'channel.read',
  summary: 'Telephone systems and whether they are connected; secrets are never shown',
  response: z.object({ items: z.array(account) }),
})

export const createTelephonyAccount = route({
  method: 'post',
  path: '/telephony/accounts',
  permission: 'channel.write',
  summary: 'Connect a telephone system',
  body: telephonyBody,
  response: z.object({ id }),
  status: 201,
})

const changedTelephony = { version: z.number().int() }
export const changedTelephonyBodies = {
  asterisk: telephonyBodies.asterisk.extend(changedTelephony),
  webhook: telephonyBodies.webhook.extend(changedTelephony),
}

export const updateTelephonyAccount = route({
  method: 'put',
  path: '/telephony/accounts/{id}',
  permission: 'channel.write',
  summary: 'Change a telephone system; secrets that are left out stay',
  params: idParams,
  body: z.discriminatedUnion('kind', [changedTelephonyBodies.asterisk, changedTelephonyBodies.webhook]),
  response: z.object({ id }),
})
