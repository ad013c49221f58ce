import { z } from 'zod'
import { emailAddress } from './email.ts'
import { id, idParams, route, timestamp } from './route.ts'

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has to be a single line')
const common = {
  siteId: id,
  name: line(100).min(1),
  /** To which people write. */
  address: emailAddress,
  /** Scanned paper: each mail is a fax. */
  fax: z.boolean().default(false),
  active: z.boolean().default(true),
  /** Never returned; left out: stays as it is. Of a webhook it is made here, when none is given. */
  secret: line(200).optional(),
}
const imap = z.object({
  kind: z.literal('imap'),
  ...common,
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9._:-]+$/, 'is a name or an address, without port'),
  port: z.number().int().min(1).max(65535).default(993),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
  login: line(200).min(1),
  folder: line(100).min(1).default('INBOX'),
})
const webhook = z.object({ kind: z.literal('webhook'), ...common })
export const mailboxBody = z.discriminatedUnion('kind', [imap, webhook])
const changed = { version: z.number().int() }

const mailbox = z.object({
  id,
  siteId: id,
  siteName: z.string(),
  kind: z.enum(['imap', 'webhook']),
  name: z.string(),
  address: z.string(),
  fax: z.boolean(),
  active: z.boolean(),
  host: z.string().nullable(),
  port: z.number().int().nullable(),
  tls: z.enum(['implicit', 'starttls', 'none']).nullable(),
  login: z.string().nullable(),
  folder: z.string(),
  secretSet: z.boolean(),
  /** When it was looked at last, and what went wrong since. */
  readAt: timestamp.nullable(),
  failedAt: timestamp.nullable(),
  error: z.string().nullable(),
  /** Where the mail server hands mail over. */
  path: z.string().nullable(),
  mayChange: z.boolean(),
  version: z.number().int(),
})
export type Mailbox = z.infer<typeof mailbox>

export const listMailboxes = route({
  method: 'get',
  path: '/mailboxes',
  permission: 'channel.read',
  summary: 'Where mail to the hospital comes in, with the state of each',
  response: z.object({ items: z.array(mailbox) }),
})

export const createMailbox = route({
  method: 'post',
  path: '/mailboxes',
  permission: 'channel.write',
  summary: 'Add a mailbox; what arrives from now on stands in the inbox',
  body: mailboxBody,
  response: z.object({ id, secret: z.string().nullable() }),
  status: 201,
})

export const updateMailbox = route({
  method: 'put',
  path: '/mailboxes/{id}',
  permission: 'channel.write',
  summary: 'Change a mailbox; the password is entered again when the server changes',
  params: idParams,
  body: z.discriminatedUnion('kind', [imap.extend(changed), webhook.extend(changed)]),
  status: 204,
})

export const receiveMail = route({
  method: 'post',
  path: '/mailboxes/{id}/mail',
  permission: 'public',
  summary:
    'A mail as it came (RFC 5322), handed over by the mail server: `X-CareLoop-Timestamp` and `X-CareLoop-Signature: v1=` HMAC-SHA-256 over time stamp, dot and body',
  params: idParams,
  consumes: 'message/rfc822',
  response: z.object({ result: z.string() }),
})
