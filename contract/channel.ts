import { z } from 'zod'
import { readEmail, readSender } from './email.ts'
import { messageChannels } from './message.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** Protocols by which messages leave: SMTP (RFC 5321), SMPP 3.4, the HTTP interfaces of providers; `call` makes a task for staff. */
export const accountKinds = [
  'smtp',
  'smpp',
  'aliyun',
  'tencent',
  'wechat',
  'webhook',
  'letter',
  'portal',
  'call',
] as const
export type AccountKind = (typeof accountKinds)[number]

const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has to be a single line')
const word = (most = 200) => oneLine(most).min(1)
const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:-]+$/, 'is a name or an address, without port')
const port = z.number().int().min(1).max(65535)
const endpoint = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => !/[@#]/.test(text), 'has no account in it')
/** Never returned; left out: stays as it is. */
const secret = oneLine(500).optional()
/** A template of ours and the provider's code for it, a line each: `recall = SMS_154950909`. */
const templates = z
  .string()
  .max(4000)
  .regex(
    /^(\s*[^\s=]+\s*=\s*[^\s=]+\s*(\n|$))*\s*$/,
    'needs a line for each: our code = code of the provider',
  )
  .default('')

const common = {
  name: word(100),
  /** Null: for every site that has no account of its own for the channel. */
  siteId: id.nullable().default(null),
  active: z.boolean().default(true),
  /** In the installation's currency, for each part of a message. */
  costPerPart: z.number().min(0).max(10_000).default(0),
  /** Messages a second that the provider takes; null: as many as it can. */
  ratePerSecond: z.number().int().min(1).max(10_000).nullable().default(null),
}

/** The settings of an account, by its kind. */
export const accountBodies = {
  smtp: z.object({
    kind: z.literal('smtp'),
    ...common,
    host,
    port: port.default(587),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    user: oneLine(200).default(''),
    password: secret,
    from: z
      .string()
      .trim()
      .max(300)
      .regex(/^[^\p{Cc}@]*@\P{Cc}+$/u, 'is not an e-mail address')
      .refine((text) => readSender(text) !== null, 'is not an e-mail address'),
    /** Where mail servers report what they could not deliver; empty: the sender's own address. */
    bounceAddress: oneLine(254)
      .refine((text) => text === '' || readEmail(text) !== null, 'is not an e-mail address')
      .default(''),
  }),
  smpp: z.object({
    kind: z.literal('smpp'),
    ...common,
    host,
    port: port.default(2775),
    tls: z.boolean().default(false),
    systemId: word(15),
    password: secret,
    systemType: oneLine(12).default(''),
    /** Number or name that recipients see. */
    source: word(20),
    /** What stands before a number without its country's code; empty: numbers go out as `8613812345678`. */
    countryCode: z
      .string()
      .regex(/^[1-9]\d{0,2}$/)
      .default('86'),
    /** Whether numbers of that country go out without its code. */
    national: z.boolean().default(false),
    /** Messages sent before the first answer has to come. */
    window: z.number().int().min(1).max(1000).default(20),
    /** How texts longer than one short message go out: in parts with a header each, or as one payload. */
    longMessages: z.enum(['parts', 'payload']).default('parts'),
  }),
  aliyun: z.object({
    kind: z.literal('aliyun'),
    ...common,
    endpoint: endpoint.default('https://dysmsapi.aliyuncs.com'),
    accessKeyId: word(),
    accessKeySecret: secret,
    signName: word(40),
    /** Takes every text that has no code of its own, as the one parameter below. */
    templateCode: word(60),
    templateParameter: word(40).default('content'),
    templates,
  }),
  tencent: z.object({
    kind: z.literal('tencent'),
    ...common,
    endpoint: endpoint.default('https://sms.tencentcloudapi.com'),
    region: word(40).default('ap-guangzhou'),
    secretId: word(),
    secretKey: secret,
    sdkAppId: word(40),
    signName: word(40),
    templateId: word(60),
    templates,
  }),
  wechat: z.object({
    kind: z.literal('wechat'),
    ...common,
    endpoint: endpoint.default('https://api.weixin.qq.com'),
    appId: word(60),
    appSecret: secret,
    /** Signs what WeChat calls here: the "Token" of its server configuration. */
    token: secret,
    messageType: z.enum(['template', 'subscribe']).default('template'),
    templateId: word(100),
    templateParameter: word(40).default('thing1'),
    templates,
  }),
  webhook: z.object({
    kind: z.literal('webhook'),
    ...common,
    channel: z.enum(['email', 'sms', 'wechat']).default('sms'),
    endpoint,
    /** Signs what goes out and what comes in; the one before stays valid for what comes in. */
    signingSecret: secret,
  }),
  letter: z.object({ kind: z.literal('letter'), ...common, sender: z.string().trim().max(500).default('') }),
  portal: z.object({ kind: z.literal('portal'), ...common }),
  call: z.object({ kind: z.literal('call'), ...common }),
} satisfies Record<AccountKind, z.ZodObject>

/** Fields that are secrets, by kind. */
export const accountSecrets = {
  smtp: ['password'],
  smpp: ['password'],
  aliyun: ['accessKeySecret'],
  tencent: ['secretKey'],
  wechat: ['appSecret', 'token'],
  webhook: ['signingSecret'],
  letter: [],
  portal: [],
  call: [],
} as const satisfies Record<AccountKind, readonly string[]>

export type AccountBody = z.output<(typeof accountBodies)[AccountKind]>
export type ConfigOf<K extends AccountKind> = z.output<(typeof accountBodies)[K]>

const bodies = [
  accountBodies.smtp,
  accountBodies.smpp,
  accountBodies.aliyun,
  accountBodies.tencent,
  accountBodies.wechat,
  accountBodies.webhook,
  accountBodies.letter,
  accountBodies.portal,
  accountBodies.call,
] as const
export const accountBody = z.discriminatedUnion('kind', bodies)

/** `down`: messages wait and the last attempt failed. `slow`: a message has been due for long. `off`: switched off. */
export const accountState = z.enum(['up', 'down', 'slow', 'off'])
export type AccountState = z.infer<typeof accountState>

const account = z.object({
  id,
  kind: z.enum(accountKinds),
  name: z.string(),
  channel: z.enum(messageChannels),
  siteId: id.nullable(),
  active: z.boolean(),
  costPerPart: z.number(),
  ratePerSecond: z.number().int().nullable(),
  /** The rest of the form, without secrets. */
  config: z.record(z.string(), z.unknown()),
  /** Names of the secrets that are kept. */
  secretsSet: z.array(z.string()),
  state: accountState,
  /** Due and not sent yet. */
  waiting: z.number().int(),
  oldestWaitingAt: timestamp.nullable(),
  /** Since midnight at the hospital. */
  sentToday: z.number().int(),
  deliveredToday: z.number().int(),
  failedToday: z.number().int(),
  unknownToday: z.number().int(),
  costToday: z.number(),
  lastSuccessAt: timestamp.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: timestamp.nullable(),
  retryAt: timestamp.nullable(),
  /** The address that the provider reports to, for those who may change the account. */
  receiptsPath: z.string().nullable(),
  mayChange: z.boolean(),
  version: z.number().int(),
  updatedAt: timestamp,
  updatedBy: z.string(),
})
export type Account = z.infer<typeof account>

export const listAccounts = route({
  method: 'get',
  path: '/channels',
  permission: 'channel.read',
  summary: 'Accounts at providers of messages, each with its state, what waits and what today brought',
  response: z.object({ items: z.array(account) }),
})

export const createAccount = route({
  method: 'post',
  path: '/channels',
  permission: 'channel.write',
  summary: 'Add an account; messages of its channel that wait go out by it',
  body: accountBody,
  response: z.object({ id }),
  status: 201,
  example: {
    body: { kind: 'smtp', name: '院内邮件', host: '10.20.30.40', from: '"仁和医院" <care@hospital.example>' },
  },
})

const changed = { version: z.number().int() }
export const changedAccountBodies = {
  smtp: accountBodies.smtp.extend(changed),
  smpp: accountBodies.smpp.extend(changed),
  aliyun: accountBodies.aliyun.extend(changed),
  tencent: accountBodies.tencent.extend(changed),
  wechat: accountBodies.wechat.extend(changed),
  webhook: accountBodies.webhook.extend(changed),
  letter: accountBodies.letter.extend(changed),
  portal: accountBodies.portal.extend(changed),
  call: accountBodies.call.extend(changed),
}

export const updateAccount = route({
  method: 'put',
  path: '/channels/{id}',
  permission: 'channel.write',
  summary: 'Change an account; a secret is entered again when it would go to another host',
  params: idParams,
  body: z.discriminatedUnion('kind', [
    changedAccountBodies.smtp,
    changedAccountBodies.smpp,
    changedAccountBodies.aliyun,
    changedAccountBodies.tencent,
    changedAccountBodies.wechat,
    changedAccountBodies.webhook,
    changedAccountBodies.letter,
    changedAccountBodies.portal,
    changedAccountBodies.call,
  ]),
  response: z.object({ id }),
})

export const switchAccount = route({
  method: 'post',
  path: '/channels/{id}/active',
  permission: 'channel.write',
  summary: 'Switch an account on or off at once; what waits goes by another account of the channel, or waits',
  params: idParams,
  body: z.object({ active: z.boolean() }),
  response: z.object({ active: z.boolean() }),
})

export const testAccount = route({
  method: 'post',
  path: '/channels/{id}/test',
  permission: 'channel.write',
  summary: 'Send a short text to an address by this account, now and outside of the queue',
  params: idParams,
  body: z.object({ address: word(254) }),
  response: z.object({
    result: z.enum(['sent', 'refused', 'unclear', 'unavailable']),
    reason: z.string().nullable(),
    milliseconds: z.number().int(),
  }),
})

/** What the providers call: each signs or carries its key in its own way, so that these are public here. */
const receiptsQuery = z.object({
  key: z.string().max(100).optional(),
  signature: z.string().max(100).optional(),
  timestamp: z.string().max(20).optional(),
  nonce: z.string().max(100).optional(),
  echostr: z.string().max(200).optional(),
  openid: z.string().max(100).optional(),
  encrypt_type: z.string().max(20).optional(),
  msg_signature: z.string().max(100).optional(),
})

export const receiveReceipts = route({
  method: 'post',
  path: '/channels/{id}/receipts',
  permission: 'public',
  summary:
    'Receipts, bounces and replies, as the provider of the account sends them: JSON, XML or a raw mail; repetitions change nothing',
  params: idParams,
  query: receiptsQuery,
  consumes: 'application/octet-stream',
  produces: 'text/plain',
})

export const confirmReceipts = route({
  method: 'get',
  path: '/channels/{id}/receipts',
  permission: 'public',
  summary: 'WeChat asks whether this address knows the token',
  params: idParams,
  query: receiptsQuery,
  produces: 'text/plain',
})

const batchState = z.enum(['printing', 'printed', 'undone'])
const batchParams = z.object({ id, batchId: id })

export const listLetterBatches = route({
  method: 'get',
  path: '/channels/{id}/letters',
  permission: 'channel.write',
  summary: 'Letters printed together by this account, newest first',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({ id, letters: z.number().int(), madeAt: timestamp, madeBy: z.string(), state: batchState }),
    ),
  }),
})

export const makeLetterBatch = route({
  method: 'post',
  path: '/channels/{id}/letters',
  permission: 'channel.write',
  summary: 'Take the letters that are due and pass the gate for printing; at most 200',
  params: idParams,
  response: z.object({ /** Null: none is due. */ id: id.nullable(), letters: z.number().int() }),
})

export const printLetterBatch = route({
  method: 'get',
  path: '/channels/{id}/letters/{batchId}/pdf',
  permission: 'channel.write',
  summary: 'The letters as PDF, one a page',
  params: batchParams,
  produces: 'application/pdf',
})

export const closeLetterBatch = route({
  method: 'post',
  path: '/channels/{id}/letters/{batchId}/close',
  permission: 'channel.write',
  summary: 'Say that the letters are on paper and so sent, or that they are not and wait again',
  params: batchParams,
  body: z.object({ printed: z.boolean() }),
  response: z.object({ state: batchState }),
})
