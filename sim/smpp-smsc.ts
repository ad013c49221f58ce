import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import smpp, { type Pdu, type Session } from 'smpp'
import { type Behaviour, Telephones } from './telephones.ts'

export type Smsc = {
  port: number
  telephones: Telephones
  /** A message from a telephone, as if its owner wrote by themselves. */
  say: (from: string, text: string) => void
  close: () => Promise<void>
}

export type SmscOptions = Behaviour & {
  port?: number
  password?: string
  /** Called before a message is answered, so that what was taken survives the process. */
  onTaken?: (to: string, text: string, id: string) => void
  receipts?: boolean
}

type Waiting = { pdu: object; sent: boolean }

/** A short message centre that speaks SMPP 3.4: takes messages, joins their parts, reports and answers; what nobody is bound for waits. */
export async function startSmsc(options: SmscOptions = {}): Promise<Smsc> {
  const telephones = new Telephones(options)
  const bound = new Set<Session>()
  const owed = new Set<Waiting>()
  const parts = new Map<string, string[]>()
  let count = 0

  const flush = () => {
    const [session] = bound
    if (!session) return
    for (const one of owed) {
      if (one.sent) continue
      one.sent = session.deliver_sm(one.pdu, ({ command_status: status }) => {
        if (status === 0) owed.delete(one)
        else one.sent = false
      })
    }
  }
  const owe = (pdu: object) => {
    owed.add({ pdu, sent: false })
    flush()
  }
  const say = (from: string, text: string) =>
    owe({
      source_addr: from.replace(/^\+/, ''),
      destination_addr: '10690000',
      data_coding: 8,
      short_message: { message: text },
    })

  async function take(session: Session, pdu: Pdu): Promise<void> {
    const text = String(pdu.message_payload?.message ?? pdu.short_message?.message ?? '')
    const course = telephones.course(text)
    if (course.answerMs > 0) await delay(course.answerMs)
    const refuse = (name: string) => session.send(pdu.response({ command_status: smpp.errors[name] ?? 8 }))
    if (course.fate === 'throttled') return void refuse('ESME_RTHROTTLED')
    if (course.fate === 'failed') return void refuse('ESME_RSYSERR')
    const to = `+${pdu.destination_addr ?? ''}`
    const id = `sm${Date.now().toString(36)}${(++count).toString(36)}`
    const whole = joined(parts, to, pdu, text)
    if (whole !== undefined) {
      options.onTaken?.(to, whole, id)
      telephones.receive({ channel: 'sms', to, text: whole, key: id })
    }
    if (course.fate === 'broken-off') {
      session.destroy()
      return
    }
    session.send(pdu.response({ message_id: id }))
    if (options.receipts === false) return
    if (course.receiptMs > 0) await delay(course.receiptMs)
    const stat = course.delivered ? 'DELIVRD' : 'UNDELIV'
    const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(2, 12)
    if (pdu.registered_delivery)
      for (let n = 0; n < course.times; n++)
        owe({
          source_addr: pdu.destination_addr,
          destination_addr: pdu.source_addr,
          esm_class: 0x04,
          short_message: {
            message: `id:${id} sub:001 dlvrd:001 submit date:${stamp} done date:${stamp} stat:${stat} err:${course.delivered ? '000' : '001'} text:`,
          },
        })
    if (whole !== undefined && course.delivered && course.reply !== undefined) say(to, course.reply)
  }

  const server = smpp.createServer({}, (session) => {
    session.on('error', () => session.destroy())
    session.on('close', () => {
      bound.delete(session)
      for (const one of owed) one.sent = false
      flush()
    })
    session.on('bind_transceiver', (pdu: Pdu) => {
      const welcome = options.password === undefined || pdu.password === options.password
      session.send(
        pdu.response(welcome ? { system_id: 'SMSC' } : { command_status: smpp.errors['ESME_RINVPASWD'] }),
      )
      if (welcome) bound.add(session)
      flush()
    })
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()))
    session.on('unbind', (pdu: Pdu) => {
      bound.delete(session)
      session.send(pdu.response())
      session.close()
    })
    session.on('submit_sm', (pdu: Pdu) => void take(session, pdu))
  })
  server.on('error', () => undefined)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    telephones,
    say,
    close: () =>
      new Promise((resolve) => {
        for (const session of server.sessions) session.destroy()
        server.close(() => resolve())
      }),
  }
}

/** The whole text once its last part is there (3GPP TS 23.040, 9.2.3.24.1). */
function joined(parts: Map<string, string[]>, to: string, pdu: Pdu, text: string): string | undefined {
  const udh = pdu.short_message?.udh
  const header = Buffer.isBuffer(udh) ? udh : udh?.[0]
  if (!header) return text
  const at = header.length - 3
  const [reference = 0, total = 1, number = 1] = [header[at], header[at + 1], header[at + 2]]
  const key = `${to} ${reference}`
  const known = parts.get(key) ?? []
  known[number - 1] = text
  parts.set(key, known)
  if (Object.keys(known).length < total) return undefined
  parts.delete(key)
  return known.join('')
}
