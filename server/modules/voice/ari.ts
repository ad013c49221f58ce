import { once } from 'node:events'
import { WebSocket } from 'ws'
import { isIP } from 'node:net'
import { z } from 'zod'
import { log } from '../../platform/log.ts'
import { type HttpAnswer, HttpFailed, openHttp } from '../../platform/outbound-http.ts'
import { resolveHost } from '../../platform/outbound-host.ts'

/** Where and as whom an Asterisk is spoken to. */
export type AriTarget = {
  /** Such as `http://10.1.0.7:8088/ari`. */
  url: string
  username: string
  password: string
  /** The Stasis application that calls are in. */
  app: string
}

const channel = z.object({ id: z.string(), state: z.string() })
/** The part of ARI's events that calls need; others are left alone. */
const event = z.object({
  type: z.string(),
  timestamp: z.string().optional(),
  application: z.string().optional(),
  args: z.array(z.string()).optional(),
  digit: z.string().optional(),
  duration_ms: z.number().optional(),
  cause: z.number().optional(),
  channel: channel.optional(),
  peer: channel.optional(),
  dialstatus: z.string().optional(),
  playback: z.object({ id: z.string(), target_uri: z.string(), state: z.string().optional() }).optional(),
})
export type AriEvent = z.infer<typeof event>
export type AriChannel = z.infer<typeof channel>

export type Originate = {
  endpoint: string
  callerId?: string
  /** Seconds of ringing. */
  timeout: number
  variables: Record<string, string>
} & ({ app: string; appArgs: string } | { context: string; extension: string; priority: number })

/** Asterisk refused, or did not answer: `sent` says whether it may have done it nevertheless. */
export class AriFailed extends Error {
  readonly status: number | null
  readonly sent: boolean

  constructor(reason: string, status: number | null, sent: boolean) {
    super(reason)
    this.status = status
    this.sent = sent
  }
}

/** ARI's REST half. */
export class AriRest {
  readonly #target: AriTarget
  readonly #http: ReturnType<typeof openHttp>

  constructor(target: AriTarget, allowed: () => Promise<string>) {
    this.#target = target
    this.#http = openHttp(allowed, { connections: 64 })
  }

  originate(channelId: string, { variables, ...rest }: Originate): Promise<AriChannel> {
    return this.#ask('POST', `channels/${channelId}`, { ...rest, variables }).then((body) =>
      channel.parse(body),
    )
  }

  /** @returns undefined when there is no such channel (any more) */
  async channel(id: string): Promise<AriChannel | undefined> {
    const body = await this.#ask('GET', `channels/${id}`, undefined, [404])
    return body === undefined ? undefined : channel.parse(body)
  }

  /** @returns whether the channel was there to play to */
  async play(channelId: string, playbackId: string, media: string[]): Promise<boolean> {
    return (
      (await this.#ask(
        'POST',
        `channels/${channelId}/play/${playbackId}`,
        { media: media.join(',') },
        [404, 409, 412],
      )) !== undefined
    )
  }

  async stopPlayback(id: string): Promise<void> {
    await this.#ask('DELETE', `playbacks/${id}`, undefined, [404])
  }

  async hangUp(id: string): Promise<void> {
    await this.#ask('DELETE', `channels/${id}`, undefined, [404])
  }

  /** Leaves the application for a place of the dialplan. @returns whether the channel was there */
  async continueAt(
    id: string,
    place: { context: string; extension: string; priority: number },
  ): Promise<boolean> {
    return (await this.#ask('POST', `channels/${id}/continue`, place, [404, 409, 412])) !== undefined
  }

  /** Has events of a channel sent to us that is not in our application. */
  async follow(channelId: string): Promise<void> {
    await this.#ask(
      'POST',
      `applications/${this.#target.app}/subscription`,
      { eventSource: `channel:${channelId}` },
      [404, 422],
    )
  }

  /** A channel that hears what comes in from another one. @returns whether that one was there */
  async snoop(channelId: string, snoopId: string): Promise<boolean> {
    const how = { app: this.#target.app, spy: 'in' }
    return (
      (await this.#ask('POST', `channels/${channelId}/snoop/${snoopId}`, how, [400, 404, 409, 412])) !==
      undefined
    )
  }

  /** A channel whose sound Asterisk brings to us by AudioSocket. @param data the UUID by which it is known there */
  async externalMedia(channelId: string, externalHost: string, data: string): Promise<void> {
    await this.#ask('POST', 'channels/externalMedia', {
      channelId,
      app: this.#target.app,
      external_host: externalHost,
      encapsulation: 'audiosocket',
      transport: 'tcp',
      format: 'slin',
      data,
    })
  }

  async bridge(id: string, channels: string[]): Promise<void> {
    await this.#ask('POST', `bridges/${id}`, { type: 'mixing' })
    await this.#ask('POST', `bridges/${id}/addChannel`, { channel: channels.join(',') })
  }

  async dropBridge(id: string): Promise<void> {
    await this.#ask('DELETE', `bridges/${id}`, undefined, [404])
  }

  /** What the other side is, for a check. */
  async version(): Promise<string> {
    const info = z
      .object({ system: z.object({ version: z.string() }) })
      .parse(await this.#ask('GET', 'asterisk/info'))
    return info.system.version
  }

  close(): void {
    this.#http.close()
  }

  /** @param missing statuses that are answered with undefined @throws {AriFailed} */
  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    missing: number[] = [],
  ): Promise<unknown> {
    const url = new URL(`${this.#target.url.replace(/\/$/, '')}/${path}`)
    const headers = {
      authorization: basic(this.#target),
      ...(body && { 'content-type': 'application/json' }),
    }
    let answer: HttpAnswer
    try {
      answer = await this.#http.ask(method, url, headers, body ? JSON.stringify(body) : '')
    } catch (error) {
      throw new AriFailed((error as Error).message, null, error instanceof HttpFailed && error.sent)
    }
    if (missing.includes(answer.status)) return undefined
    if (answer.status >= 300)
      throw new AriFailed(`HTTP ${answer.status}`, answer.status, answer.status >= 500)
    return answer.body.length === 0 ? null : JSON.parse(answer.body.toString('utf8'))
  }
}

const basic = ({ username, password }: AriTarget) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const answerMs = 10_000
const beatMs = 20_000

/**
 * ARI's WebSocket half: one connection.
 * @param onEvent called for each event, in the order of arrival
 * @param onClose called once when the connection is gone
 * @throws when it cannot be made
 */
export async function listenToAri(
  target: AriTarget,
  allowed: () => Promise<string>,
  { onEvent, onClose }: { onEvent: (event: AriEvent) => void; onClose: () => void },
): Promise<{ close: () => void }> {
  const url = new URL(`${target.url.replace(/\/$/, '')}/events`)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('app', target.app)
  const address = await resolveHost(url.hostname.replace(/^\[(.*)\]$/, '$1'), await allowed())
  const socket = new WebSocket(url, {
    headers: { authorization: basic(target) },
    handshakeTimeout: answerMs,
    maxPayload: 1024 * 1024,
    // The checked address and no other.
    lookup: (_host, options, done) => {
      const family = isIP(address)
      if (options.all) done(null, [{ address, family }])
      else done(null, address, family)
    },
  })
  let closed = false
  let opened = false
  let alive = true
  const heart = setInterval(() => {
    if (!alive) socket.terminate()
    alive = false
    if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, beatMs)
  const end = () => {
    clearInterval(heart)
    if (closed) return
    closed = true
    // What never opened is told by the error alone: nobody holds the connection yet.
    if (opened) onClose()
  }
  socket.on('open', () => (opened = true))
  socket.on('pong', () => (alive = true))
  socket.on('message', (data: Buffer) => {
    alive = true
    const read = event.safeParse(parse(data.toString('utf8')))
    if (read.success) onEvent(read.data)
    else log.warn('an event of the telephone system could not be read')
  })
  socket.on('error', () => undefined)
  socket.on('close', end)
  try {
    await once(socket, 'open')
  } catch (error) {
    clearInterval(heart)
    closed = true
    socket.terminate()
    throw error
  }
  return {
    close() {
      closed = true
      clearInterval(heart)
      socket.terminate()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
