import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { readMail, type MailText } from './mail-text.ts'

export interface SinkMail extends MailText {
  from: string
  to: string[]
  raw: Buffer
  receivedAt: Date
}

export interface SmtpSink {
  port: number
  /** The last mails received, oldest first. */
  mails: readonly SinkMail[]
  /** Resolves with the first kept or future mail that fits; rejects after `timeoutMs` (default 5,000). */
  waitFor(predicate: (mail: SinkMail) => boolean, timeoutMs?: number): Promise<SinkMail>
  close(): Promise<void>
}

export interface SmtpSinkOptions {
  /** Default 0: any free one. */
  port?: number
  host?: string
  /** How many mails to keep, default 500. */
  keep?: number
  /** The SMTP reply to a recipient that must fail, such as `550 No such user`; undefined accepts. */
  refuse?: (recipient: string) => { code: number; message: string } | undefined
}

/** A mail server for tests and the demo: takes everything, delivers nothing, keeps the last mails in memory. */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const { port = 0, host = '127.0.0.1', keep = 500, refuse } = options
  const mails: SinkMail[] = []
  const waiting = new Set<(mail: SinkMail) => void>()
  const server = new SMTPServer({
    authOptional: true,
    // A sender's idle pool must not hold the sink open.
    closeTimeout: 100,
    // Without STARTTLS no certificate is asked for.
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo(address, _session, callback) {
      const refusal = refuse?.(address.address)
      if (refusal) callback(Object.assign(new Error(refusal.message), { responseCode: refusal.code }))
      else callback()
    },
    onData(stream, session, callback) {
      buffer(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope
        const to = rcptTo.map((recipient) => recipient.address)
        const mail = {
          ...readMail(raw),
          from: mailFrom ? mailFrom.address : '',
          to,
          raw,
          receivedAt: new Date(),
        }
        mails.push(mail)
        if (mails.length > keep) mails.shift()
        for (const take of waiting) take(mail)
        callback()
      }, callback)
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  // A sender that is killed resets its connections, each an `error`; the others go on.
  server.on('error', () => undefined)

  function waitFor(predicate: (mail: SinkMail) => boolean, timeoutMs = 5000): Promise<SinkMail> {
    const kept = mails.find(predicate)
    if (kept) return Promise.resolve(kept)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(take)
        reject(new Error(`No such mail within ${timeoutMs} ms; ${mails.length} others are kept`))
      }, timeoutMs)
      const take = (mail: SinkMail) => {
        if (!predicate(mail)) return
        clearTimeout(timer)
        waiting.delete(take)
        resolve(mail)
      }
      waiting.add(take)
    })
  }

  return {
    port: boundPort(server.server.address()),
    mails,
    waitFor,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}

function boundPort(address: AddressInfo | string | null): number {
  return address !== null && typeof address === 'object' ? address.port : 0
}
