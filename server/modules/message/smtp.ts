import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { readEmail, readSender } from '../../../contract/email.ts'
import type { ConfigOf } from '../../../contract/channel.ts'
import { HostRefused, resolveHost } from '../../platform/outbound-host.ts'
import { reportOfMail } from './bounce.ts'
import type { AccountInForce, ChannelAdapter, Context, OpenChannel, Outgoing, SendResult } from './channel.ts'

/** Connections of one lane. */
const connections = 4
/** No mail of a batch starts later than this, in ms. */
const batchTime = 300_000

/** E-mail over the hospital's mail server. */
export const smtp: ChannelAdapter = {
  capabilities: { receipts: true, idempotencyKey: false, batch: 250 },
  open: openMail,
  report: reportOfMail,
}

function openMail(account: AccountInForce, { allowedHosts }: Context): OpenChannel {
  const { host, port, tls, user, password, ...config } = account.config as ConfigOf<'smtp'>
  const from = readSender(config.from)
  if (!from) throw new Error('the sender is not an e-mail address')
  const options: SMTPConnection.Options = {
    port,
    // Of the certificate and in EHLO; the connection goes to the address that was checked.
    ...(isIP(host) === 0 && { servername: host }),
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  }
  const auth = user ? { user, pass: password ?? '' } : undefined
  const pool = openPool(async () =>
    connect({ ...options, host: await resolveHost(host, await allowedHosts()) }, auth),
  )
  const sender = { ...from, returnPath: config.bounceAddress || from.address }
  return { send: (batch) => sendAll(pool, sender, batch), close: pool.close }
}

type Mail = { envelope: SMTPConnection.Envelope; messageId: string; text: Buffer }

type Sender = { name: string; address: string; returnPath: string }

/** @returns undefined when the address is none, or would be read as several: it may have been stored before addresses were checked */
async function compose(
  from: Sender,
  { address, subject, body, key, unsubscribeUrl }: Outgoing,
): Promise<Mail | undefined> {
  const to = readEmail(address)
  if (to === null) return undefined
  const node = new MailComposer({
    from: { name: from.name, address: from.address },
    to: { name: '', address: to },
    // A header is one line, whatever a name in it holds.
    subject: (subject ?? '').replaceAll(/\p{Cc}+/gu, ' '),
    text: body,
    messageId: `<${key}@careloop>`,
    ...(unsubscribeUrl && {
      headers: {
        'List-Unsubscribe': `<${unsubscribeUrl}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    }),
  }).compile()
  const text = await node.build()
  return {
    envelope: { from: from.returnPath, to: [to], size: text.length },
    messageId: node.messageId(),
    text,
  }
}

type Pool = {
  /** @throws when no connection is available */
  take: () => Promise<{ connection: SMTPConnection; used: boolean }>
  give: (connection: SMTPConnection) => void
  close: () => void
}

function openPool(make: () => Promise<SMTPConnection>): Pool {
  const idle: SMTPConnection[] = []
  let closed = false
  return {
    async take() {
      for (let kept = idle.pop(); kept; kept = idle.pop())
        if (!kept.destroyed) return { connection: kept, used: true }
      return { connection: await make(), used: false }
    },
    give(connection) {
      if (closed) connection.quit()
      else idle.push(connection)
    },
    close() {
      closed = true
      for (const connection of idle.splice(0)) connection.quit()
    },
  }
}

/** Not nodemailer's own pool: it resends a mail when a connection breaks, even after the text was transmitted. */
function connect(
  options: SMTPConnection.Options,
  auth: SMTPConnection.Credentials | undefined,
): Promise<SMTPConnection> {
  return new Promise((resolve, reject) => {
    const connection = new SMTPConnection(options)
    const fail = (error: Error) => {
      connection.close()
      reject(error)
    }
    // Permanent handler: a break while idle shows in `destroyed`, one while sending in the result of `send`.
    connection.on('error', fail)
    const ready = (error?: Error | null) => {
      if (error) fail(error)
      else resolve(connection)
    }
    connection.connect((error) => {
      // An internal server may accept mail without authentication.
      const signsIn = auth && (connection as { allowsAuth?: boolean }).allowsAuth
      if (error || !signsIn) ready(error)
      else connection.login(auth, ready)
    })
  })
}

/**
 * Several connections with sequential mails on each. Servers limit connections, so failing to open one is tolerated; the channel is down
 * when none is left.
 */
async function sendAll(pool: Pool, from: Sender, batch: Outgoing[]): Promise<SendResult[]> {
  const results: SendResult[] = []
  const waiting = [...batch.entries()]
  const until = Date.now() + batchTime
  let reason = 'Not tried in time'
  const work = async () => {
    for (let next = waiting.shift(); next; next = Date.now() < until ? waiting.shift() : undefined) {
      const [at, message] = next
      const mail = await compose(from, message)
      if (!mail) {
        results[at] = { kind: 'refused', reason: 'Not one e-mail address', permanent: true }
        continue
      }
      const result = await sendOne(pool, mail)
      if (result.kind === 'unavailable') {
        reason = result.reason
        waiting.unshift(next)
        return
      }
      results[at] = result
    }
  }
  await Promise.all(Array.from({ length: Math.min(connections, batch.length) }, work))
  return batch.map((_, at) => results[at] ?? { kind: 'unavailable', reason })
}

async function sendOne(pool: Pool, mail: Mail): Promise<SendResult> {
  let taken: Awaited<ReturnType<Pool['take']>>
  try {
    taken = await pool.take()
  } catch (error) {
    return { kind: 'unavailable', reason: reasonOf(error) }
  }
  const { connection, used } = taken
  const text = new HandOver(mail.text)
  const error = await new Promise<unknown>((resolve) => {
    connection.send(mail.envelope, text, resolve)
  })
  if (!error) {
    pool.give(connection)
    return { kind: 'sent', providerId: mail.messageId }
  }
  const result = classify(error, text.begun)
  if (connection.destroyed) {
    // The server may have closed it while idle.
    if (used && result.kind === 'refused' && !result.permanent) return sendOne(pool, mail)
    return result
  }
  // After a refused recipient MAIL FROM is still set, and the next mail would fail as nested.
  connection.reset((failed) => {
    if (failed) connection.close()
    else pool.give(connection)
  })
  return result
}

/** Detects whether any text was transmitted: nodemailer pipes it into the connection after the 354 reply to DATA. */
class HandOver extends Readable {
  begun = false
  readonly #text: Buffer

  constructor(text: Buffer) {
    super()
    this.#text = text
  }

  override pipe<To extends NodeJS.WritableStream>(to: To): To {
    this.begun = true
    to.end(this.#text)
    return to
  }
}

function classify(error: unknown, handedOver: boolean): SendResult {
  const { code, responseCode } = error as { code?: string; responseCode?: number }
  const reason = reasonOf(error)
  const answered = responseCode !== undefined && responseCode >= 400
  if (handedOver && !answered) return { kind: 'unclear', reason }
  // A refused connection is a matter of configuration; a refused recipient or text is permanent.
  const about = code === 'EENVELOPE' || code === 'EMESSAGE'
  return { kind: 'refused', reason, permanent: about && answered && responseCode >= 500 }
}

/**
 * Codes only (RFC 5321, and 3463 where the server gives one): what the server said may repeat the recipient, or be the greeting of
 * something that is no mail server.
 */
function reasonOf(error: unknown): string {
  if (error instanceof HostRefused) return error.message
  const { code, responseCode, response } = error as {
    code?: string
    responseCode?: number
    response?: string
  }
  const enhanced = /^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
  return [code ?? 'EUNKNOWN', responseCode, enhanced].filter(Boolean).join(' ')
}
