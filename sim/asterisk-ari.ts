import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { WebSocketServer } from 'ws'
import {
  type AriOptions,
  type Channel,
  type Dialled,
  openExchange,
  type Playback,
} from './asterisk-exchange.ts'
import { silence } from './asterisk-sound.ts'
import { openEars } from './asterisk-ears.ts'

/*
 * The telephone system of a hospital as far as a program sees it: Asterisk's REST interface and its WebSocket of events, written from the
 * public reference (docs.asterisk.org, "Asterisk REST Interface"). Whoever is called is a script.
 */

type Recording = { name: string; format: string; channel: string; state: 'recording' | 'done' }
type Answer = { status: number; body?: unknown; bytes?: Buffer }
/** Parameters of a request, from its address and its body. */
type Input = Record<string, string>

export type AsteriskAri = {
  /** Base address, such as `http://127.0.0.1:41234/ari`. */
  url: string
  /** Every call that was placed, in order. */
  dialled: Dialled[]
  /** Calls that were sent to the agents' context. */
  handedOver: string[]
  /** Most calls at once so far. */
  mostAtOnce: () => number
  live: () => number
  /** Nothing is being asked or fetched just now. */
  quiet: () => boolean
  /** Events that were put on a socket. */
  sent: () => number
  /** Octets of sound that were brought to whoever listens. */
  soundSent: () => number
  /** Closes all sockets; events until the next connection are lost. */
  drop: () => void
  /** Requests without the right name and password. */
  refused: () => number
  /** What was heard at a number, in order. */
  heard: (number: string) => string[]
  close: () => Promise<void>
}

export async function startAsteriskAri(options: AriOptions): Promise<AsteriskAri> {
  const { username = 'careloop', password = 'ari-secret' } = options
  const exchange = openExchange(options)
  const { timers, channels, playbacks, sockets, followed, dialled, handedOver, heardAt, tally } = exchange
  const ears = openEars(exchange)
  const { stamp, view, tellOf, later, leave, end, ring, run, queue, play, playbackView, finish } = exchange
  const recordings = new Map<string, Recording>()
  let [refused, most, count] = [0, 0, 0]
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const originate = (id: string, input: Input): Answer => {
    const endpoint = input['endpoint'] ?? ''
    const number = /^(?:PJSIP|SIP|Local)\/\+?(\d+)@/.exec(endpoint)?.[1]
    if (!endpoint) return { status: 400, body: { message: 'Endpoint must be specified' } }
    if (!number) return { status: 400, body: { message: 'Invalid endpoint specified' } }
    if (channels.has(id))
      return { status: 409, body: { message: 'Channel with given unique ID already exists' } }
    const app = input['app'] ?? null
    const context = input['context'] ?? null
    if (app !== null && (context !== null || input['extension'] !== undefined))
      return { status: 400, body: { message: 'Application or extension must be specified, not both' } }
    if (app === null && input['extension'] === undefined)
      return { status: 400, body: { message: 'Application or extension must be specified' } }
    const channel: Channel = {
      id,
      number,
      state: 'Down',
      createdAt: stamp(),
      app: app ?? [...sockets.keys()][0] ?? '',
      args: (input['appArgs'] ?? '').split(',').filter(Boolean),
      context: context === null ? null : { context, extension: input['extension'] ?? 's', priority: 1 },
      variables: JSON.parse(input['variables'] ?? '{}') as Record<string, string>,
      inStasis: false,
      callee: options.callee(number),
      acts: [],
      playing: undefined,
      waiting: [],
      timers: [],
      caller: input['callerId'] ?? '',
    }
    channels.set(id, channel)
    if (app !== null) followed.set(id, new Set([app]))
    most = Math.max(most, channels.size)
    dialled.push({ number, at: timers.now(), channelId: id, endedAt: null, cause: null })
    later(channel, 0.1, () => ring(channel, Number(input['timeout'] ?? 30)))
    return { status: 200, body: view(channel) }
  }

  const onChannel = (channel: Channel, act: string[], method: string, input: Input): Answer => {
    const [what = '', which = ''] = act
    const stasis = (): Answer | undefined =>
      channel.inStasis ? undefined : { status: 409, body: { message: 'Channel not in Stasis application' } }
    if (what === '' && method === 'GET') return { status: 200, body: view(channel) }
    if (what === '' && method === 'DELETE') {
      end(channel, 16)
      return { status: 204 }
    }
    if (what === 'answer' && method === 'POST') return stasis() ?? { status: 204 }
    if (what === 'play' && method === 'POST') {
      const wrong = stasis()
      if (wrong) return wrong
      const uris = (input['media'] ?? '').split(',').filter(Boolean)
      if (uris.length === 0) return { status: 400, body: { message: 'Media must be specified' } }
      const playback: Playback = { id: which || `p${++count}`, media: uris, channel, state: 'queued' }
      playbacks.set(playback.id, playback)
      if (channel.playing) channel.waiting.push(playback)
      else void play(playback)
      return { status: 201, body: playbackView(playback, uris[0] ?? '') }
    }
    if (what === 'record' && method === 'POST') {
      const wrong = stasis()
      if (wrong) return wrong
      const name = input['name'] ?? ''
      if (recordings.has(name)) return { status: 409, body: { message: 'Recording already exists' } }
      const recording: Recording = {
        name,
        format: input['format'] ?? 'wav',
        channel: channel.id,
        state: 'recording',
      }
      recordings.set(name, recording)
      tellOf(channel, 'RecordingStarted', {
        recording: { ...recording, target_uri: `channel:${channel.id}` },
      })
      later(channel, Number(input['maxDurationSeconds'] ?? 5), () => {
        recording.state = 'done'
        tellOf(channel, 'RecordingFinished', {
          recording: { ...recording, target_uri: `channel:${channel.id}` },
        })
      })
      return { status: 201, body: { ...recording, target_uri: `channel:${channel.id}` } }
    }
    if (what === 'continue' && method === 'POST') {
      const wrong = stasis()
      if (wrong) return wrong
      leave(channel)
      followed.delete(channel.id)
      run(channel, {
        context: input['context'] ?? 'default',
        extension: input['extension'] ?? 's',
      })
      return { status: 204 }
    }
    if (what === 'redirect' && method === 'POST') {
      const wrong = stasis()
      if (wrong) return wrong
      if (!input['endpoint']) return { status: 400, body: { message: 'Required parameter endpoint' } }
      leave(channel)
      queue(channel)
      return { status: 204 }
    }
    if (what === 'variable' && method === 'GET')
      return { status: 200, body: { value: channel.variables[String(input['variable'])] ?? '' } }
    return { status: 404, body: { message: 'Resource not found' } }
  }

  const route = (method: string, path: string[], input: Input): Answer => {
    const [what = '', id = '', ...rest] = path
    if (what === 'asterisk' && id === 'info')
      return {
        status: 200,
        body: { system: { version: '22.5.0 (simulated)', entity_id: '00:00:5e:00:53:01' } },
      }
    if (what === 'channels') {
      const ear = ears.channel(method, id, rest, input)
      if (ear) return ear
      if (id === '' && method === 'GET') return { status: 200, body: [...channels.values()].map(view) }
      if (id === '' && method === 'POST')
        return originate(input['channelId'] ?? `${Math.floor(timers.now() / 1000)}.${++count}`, input)
      const channel = channels.get(id)
      if (rest.length === 0 && method === 'POST' && (!channel || input['endpoint']))
        return originate(id, input)
      if (!channel) return { status: 404, body: { message: 'Channel not found' } }
      return onChannel(channel, rest, method, input)
    }
    if (what === 'playbacks') {
      const playback = playbacks.get(id)
      if (!playback) return { status: 404, body: { message: 'Playback not found' } }
      if (method === 'GET') return { status: 200, body: playbackView(playback, playback.media[0] ?? '') }
      if (method === 'DELETE') {
        playback.channel.waiting = playback.channel.waiting.filter((one) => one !== playback)
        finish(playback)
        return { status: 204 }
      }
    }
    if (what === 'applications' && rest[0] === 'subscription' && method === 'POST') {
      const channelId = /^channel:(.+)$/.exec(input['eventSource'] ?? '')?.[1]
      if (!sockets.has(id)) return { status: 404, body: { message: 'Application not found' } }
      if (channelId === undefined) return { status: 400, body: { message: 'Missing parameter eventSource' } }
      if (!channels.has(channelId)) return { status: 422, body: { message: 'Event source does not exist' } }
      followed.set(channelId, (followed.get(channelId) ?? new Set()).add(id))
      return { status: 200, body: { name: id, channel_ids: [channelId] } }
    }
    if (what === 'recordings' && id === 'stored') {
      const recording = recordings.get(rest[0] ?? '')
      if (recording?.state !== 'done') return { status: 404, body: { message: 'Recording not found' } }
      if (rest[1] === 'file') return { status: 200, bytes: silence(1) }
      if (method === 'DELETE') recordings.delete(recording.name)
      return method === 'DELETE'
        ? { status: 204 }
        : { status: 200, body: { name: recording.name, format: recording.format } }
    }
    if (what === 'bridges') return ears.bridge(method, id, rest, input)
    return { status: 404, body: { message: 'Resource not found' } }
  }

  const isKnown = (request: IncomingMessage, url: URL) => {
    const wanted = `${username}:${password}`
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    return basic === undefined
      ? url.searchParams.get('api_key') === wanted
      : Buffer.from(basic, 'base64').toString('utf8') === wanted
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', base())
    const body = await textOf(request)
    const answer = (() => {
      if (!isKnown(request, url)) {
        refused += 1
        return { status: 401, body: { error: 'Authentication required' } } satisfies Answer
      }
      const sent = body === '' ? [] : Object.entries(JSON.parse(body) as Record<string, unknown>)
      const input: Input = {
        ...Object.fromEntries(url.searchParams),
        ...Object.fromEntries(
          sent.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
        ),
      }
      const path = url.pathname
        .replace(/^\/ari\//, '')
        .split('/')
        .map(decodeURIComponent)
      return route(request.method ?? 'GET', path, input)
    })()
    response.writeHead(answer.status, {
      'content-type': 'bytes' in answer ? 'audio/wav' : 'application/json',
    })
    response.end(answer.bytes ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)))
  }

  const server = createServer((request, response) => {
    tally.busy += 1
    serve(request, response)
      .catch(() => response.destroy())
      .finally(() => (tally.busy -= 1))
  })
  const upgrades = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', base())
    const app = url.searchParams.get('app') ?? ''
    if (!isKnown(request, url) || url.pathname !== '/ari/events' || app === '') {
      refused += 1
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    upgrades.handleUpgrade(request, socket, head, (connection) => {
      // A second connection of an application replaces the first.
      for (const old of sockets.get(app) ?? []) old.close(1000)
      sockets.set(app, new Set([connection]))
      connection.on('close', () => sockets.get(app)?.delete(connection))
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${base()}/ari`,
    dialled,
    handedOver,
    mostAtOnce: () => most,
    live: () => channels.size,
    quiet: () => tally.busy === 0,
    sent: () => tally.sent,
    soundSent: ears.soundSent,
    refused: () => refused,
    heard: (number) => heardAt.get(number) ?? [],
    drop() {
      for (const all of sockets.values()) for (const socket of all) socket.terminate()
    },
    async close() {
      ears.close()
      for (const channel of channels.values())
        for (const cancel of [...channel.timers, ...channel.acts]) cancel()
      for (const all of sockets.values()) for (const socket of all) socket.terminate()
      upgrades.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
