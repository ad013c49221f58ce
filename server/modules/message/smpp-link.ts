import { setTimeout as delay } from 'node:timers/promises'
import smpp, { type Options, type Pdu, type Session } from 'smpp'

const connectMs = 10_000
const answerMs = 30_000
const enquireMs = 30_000

/** The bind is gone. `sent`: the request was on the wire, so that nobody can say what became of it. */
export class LinkBroken extends Error {
  readonly sent: boolean

  constructor(reason: string, sent: boolean) {
    super(reason)
    this.sent = sent
  }
}

/** One bind as transceiver: requests with their answers, a heartbeat, and what the provider sends by itself. */
export class SmppLink {
  onReport: (pdu: Pdu) => Promise<void> = () => Promise.resolve()
  onClose: () => void = () => undefined
  readonly #session: Session
  /** Requests on the wire. */
  readonly #open = new Set<(error: LinkBroken) => void>()
  #gone: string | undefined
  #heart: NodeJS.Timeout | undefined
  #slowUntil = 0

  private constructor(session: Session) {
    this.#session = session
    const fail = (error: { code?: string }) => {
      this.#end(error.code ?? 'ELINK')
      session.destroy()
    }
    session.on('error', fail)
    session.on('close', () => this.#end('ECLOSED'))
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()))
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response())
      session.close()
    })
    session.on('deliver_sm', (pdu: Pdu) => {
      this.onReport(pdu).then(
        () => session.send(pdu.response()),
        // Not stored: the provider keeps it and tells again.
        () => session.send(pdu.response({ command_status: smpp.errors['ESME_RX_T_APPN'] ?? 0x64 })),
      )
    })
  }

  /** @throws {LinkBroken} when there is no connection, or the provider does not let us in */
  static async open(target: Options, credentials: object): Promise<SmppLink> {
    const session = smpp.connect(target)
    const link = new SmppLink(session)
    const ready = new Promise<void>((resolve) => {
      session.once(target.tls ? 'secureConnect' : 'connect', resolve)
    })
    const deadline = new AbortController()
    try {
      const late = delay(connectMs, undefined, { signal: deadline.signal }).then(() => link.#end('ETIMEDOUT'))
      late.catch(() => undefined)
      await Promise.race([ready, link.#ended()])
      const answer = await link.#ask((done) => session.bind_transceiver(credentials, done))
      if (answer.command_status !== 0)
        throw new LinkBroken(
          Object.entries(smpp.errors).find(([, code]) => code === answer.command_status)?.[0] ??
            'ESME_RBINDFAIL',
          false,
        )
      link.#heart = setInterval(() => void link.#beat(), enquireMs)
      return link
    } catch (error) {
      session.destroy()
      throw error instanceof LinkBroken ? new LinkBroken(error.message, false) : error
    } finally {
      deadline.abort()
    }
  }

  submit(pdu: object): Promise<Pdu> {
    return this.#ask((done) => this.#session.submit_sm(pdu, done))
  }

  /** Everybody on this bind waits while the provider throttles one. */
  slowDown(ms: number): void {
    this.#slowUntil = Math.max(this.#slowUntil, Date.now() + ms)
  }

  async unthrottled(): Promise<void> {
    for (let left = this.#slowUntil - Date.now(); left > 0; left = this.#slowUntil - Date.now())
      await delay(left)
  }

  close(): void {
    if (this.#gone === undefined) this.#session.unbind()
    this.#end('ECLOSED')
    this.#session.close()
  }

  /** @throws {LinkBroken} */
  #ask(send: (done: (pdu: Pdu) => void) => boolean): Promise<Pdu> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(new LinkBroken(this.#gone, false))
        return
      }
      const finish = () => {
        clearTimeout(timer)
        this.#open.delete(fail)
      }
      const fail = (error: LinkBroken) => {
        finish()
        reject(error)
      }
      const timer = setTimeout(() => fail(new LinkBroken('ETIMEDOUT', true)), answerMs)
      const written = send((pdu) => {
        finish()
        resolve(pdu)
      })
      if (written) this.#open.add(fail)
      else fail(new LinkBroken('ECLOSED', false))
    })
  }

  async #beat(): Promise<void> {
    await this.#ask((done) => this.#session.enquire_link(done)).catch(() => this.#session.destroy())
  }

  /** Rejects once the link is gone. */
  #ended(): Promise<never> {
    return new Promise((_, reject) => {
      if (this.#gone !== undefined) reject(new LinkBroken(this.#gone, false))
      else this.#open.add(reject)
    })
  }

  #end(reason: string): void {
    if (this.#gone !== undefined) return
    this.#gone = reason
    clearInterval(this.#heart)
    for (const fail of this.#open) fail(new LinkBroken(reason, true))
    this.#open.clear()
    this.onClose()
  }
}
