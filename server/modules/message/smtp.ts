import nodemailer, { type Transporter } from 'nodemailer'
import type { Db } from '../../platform/db.ts'
import { unseal } from '../../platform/sealed.ts'
import { readSettings } from '../setting/setting.ts'

export type Mail = { to: string; subject: string; text: string; messageId: string }

/** `refused`: the server said no before taking it, so it was surely not sent; `unclear`: it may have been. */
export type SendResult =
  | { kind: 'sent'; providerId: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unclear'; reason: string }

export type MailChannel = { send: (mail: Mail) => Promise<SendResult>; close: () => void }

const keys = [
  'channel.smtp.host',
  'channel.smtp.port',
  'channel.smtp.tls',
  'channel.smtp.user',
  'channel.smtp.password',
  'channel.smtp.from',
] as const

/** The e-mail channel as configured; undefined when no mail server is set, then messages wait. */
export async function openMailChannel(db: Db, secret: string): Promise<MailChannel | undefined> {
  const settings = await readSettings(db, keys)
  const host = settings['channel.smtp.host']
  const from = settings['channel.smtp.from']
  if (!host || !from) return undefined
  const tls = settings['channel.smtp.tls']
  const user = settings['channel.smtp.user']
  const transport: Transporter = nodemailer.createTransport({
    host,
    port: settings['channel.smtp.port'],
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    ...(user && { auth: { user, pass: unseal(secret, settings['channel.smtp.password']) } }),
  })
  return {
    send: async (mail) => {
      try {
        const info = (await transport.sendMail({ from, ...mail })) as { messageId: string }
        return { kind: 'sent', providerId: info.messageId }
      } catch (error) {
        return classify(error)
      }
    },
    close: () => {
      transport.close()
    },
  }
}

/** Errors before the message body was handed over (RFC 5321: until DATA is answered) are certain; a broken connection after it is not. */
function classify(error: unknown): SendResult {
  const { code, command, responseCode, message } = error as {
    code?: string
    command?: string
    responseCode?: number
    message: string
  }
  const reason = `${code ?? ''} ${responseCode ?? ''} ${message}`.trim().slice(0, 300)
  const answered = responseCode !== undefined && responseCode >= 400
  const early =
    ['ECONNECTION', 'EDNS', 'ETLS', 'EAUTH', 'EENVELOPE', 'ECONNREFUSED'].includes(code ?? '') ||
    command === 'CONN'
  return answered || early ? { kind: 'refused', reason } : { kind: 'unclear', reason }
}
