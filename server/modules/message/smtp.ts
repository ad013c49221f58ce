import nodemailer from 'nodemailer'
import type SMTPTransport from 'nodemailer/lib/smtp-transport'
import type { Db } from '../../platform/db.ts'
import { unseal } from '../../platform/sealed.ts'
import { readSettings } from '../setting/setting.ts'

export type Mail = { to: string; subject: string; text: string; messageId: string }

/**
 * `refused`: surely not sent; trying again is safe, and pointless when `permanent`. `unclear`: the text was handed over, but nobody said
 * whether it was taken.
 */
export type SendResult =
  | { kind: 'sent'; providerId: string }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'unclear'; reason: string }

export type MailChannel = { send: (mail: Mail) => Promise<SendResult> }

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
  const password = settings['channel.smtp.password']
  const options = {
    host,
    port: settings['channel.smtp.port'],
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    ...(user && { auth: { user, pass: password === '' ? '' : unseal(secret, password) } }),
  }
  return { send: (mail) => sendMail(options, { from, ...mail }) }
}

/**
 * One connection per mail: nodemailer's pool sends a mail again by itself when the connection breaks, even after the text was handed over,
 * and its error does not tell when it broke. So we watch for the moment of the handover.
 */
async function sendMail(options: SMTPTransport.Options, mail: Mail & { from: string }): Promise<SendResult> {
  let handedOver = false
  const transport = nodemailer.createTransport(options)
  transport.use('stream', ({ message }, done) => {
    const create = message.createReadStream.bind(message)
    message.createReadStream = (...args) => {
      const stream = create(...args)
      const pipe = stream.pipe.bind(stream)
      // Nodemailer pipes the text into the connection after the server answered DATA with 354.
      stream.pipe = <To extends NodeJS.WritableStream>(to: To, how?: { end?: boolean }): To => {
        handedOver = true
        return pipe(to, how)
      }
      return stream
    }
    done()
  })
  try {
    const info = await transport.sendMail(mail)
    return { kind: 'sent', providerId: info.messageId }
  } catch (error) {
    return classify(error, handedOver)
  } finally {
    transport.close()
  }
}

function classify(error: unknown, handedOver: boolean): SendResult {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message: string }
  const reason = `${code ?? ''} ${responseCode ?? ''} ${withoutAddresses(message)}`.trim().slice(0, 300)
  const answered = responseCode !== undefined && responseCode >= 400
  if (handedOver && !answered) return { kind: 'unclear', reason }
  // A refused sign-in or connection is our configuration; a refused recipient or text stays refused.
  const about = code === 'EENVELOPE' || code === 'EMESSAGE'
  return { kind: 'refused', reason, permanent: about && answered && responseCode >= 500 }
}

/** Servers repeat the recipient in their answer; the reason is shown to people who see addresses masked. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '***')
}
