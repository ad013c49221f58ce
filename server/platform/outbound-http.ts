import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { HostRefused, isOnPremises, resolveHost } from './outbound-host.ts'

const answerMs = 30_000
const largestAnswer = 1024 * 1024
/** How long a resolved address is used, in ms. */
const addressMs = 30_000

/** A request without an answer. `sent`: it may have arrived. */
export class HttpFailed extends Error {
  readonly sent: boolean

  constructor(reason: string, sent: boolean) {
    super(reason)
    this.sent = sent
  }
}

export type HttpAnswer = { status: number; header: (name: string) => string | undefined; body: Buffer }

export type HttpClient = {
  /** @throws {HttpFailed} without an answer; redirects are answers */
  post: (url: URL, headers: Record<string, string>, body: string) => Promise<{ status: number; body: string }>
  /**
   * A request of any method.
   * @param most bytes that the answer may have
   * @throws {HttpFailed} without an answer, or when it is longer
   */
  ask: (
    method: 'GET' | 'POST' | 'DELETE',
    url: URL,
    headers?: Record<string, string>,
    body?: string | Buffer,
    most?: number,
  ) => Promise<HttpAnswer>
  close: () => void
}

export type HttpLimits = {
  connections?: number
  /** How long the whole answer may take, in ms. */
  within?: number
  /** Nothing goes to the internet, whatever name it has. */
  premisesOnly?: boolean
}

/**
 * Posts to configured addresses: resolved once, checked and connected to exactly there, over TLS unless it is on the premises.
 * @param allowed names and addresses on the premises that may be sent to
 */
export function openHttp(
  allowed: () => Promise<string>,
  { connections = 16, within = answerMs, premisesOnly = false }: HttpLimits = {},
): HttpClient {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: connections }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: connections }),
  }
  const known = new Map<string, { address: string; until: number }>()
  const addressOf = async ({ protocol, hostname }: URL) => {
    const name = hostname.replace(/^\[(.*)\]$/, '$1')
    const before = known.get(name)
    if (before && before.until > Date.now()) return before.address
    const address = await resolveHost(name, await allowed())
    if (premisesOnly && !isOnPremises(address))
      throw new HostRefused(`${name} is ${address}, which is not on the premises`)
    if (protocol !== 'https:' && !isOnPremises(address))
      throw new HostRefused(`${name} is not on the premises: only https is spoken with it`)
    known.set(name, { address, until: Date.now() + addressMs })
    return address
  }
  const ask: HttpClient['ask'] = async (method, url, headers = {}, body = '', most = largestAnswer) => {
    let address: string
    try {
      address = await addressOf(url)
    } catch (error) {
      throw new HttpFailed((error as Error).message, false)
    }
    const agent = agents[url.protocol === 'https:' ? 'https:' : 'http:']
    return send(url, { address, agent, method, headers, body, most, within })
  }
  return {
    ask,
    async post(url, headers, body) {
      const answer = await ask('POST', url, headers, body)
      return { status: answer.status, body: answer.body.toString('utf8') }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

function send(
  url: URL,
  {
    address,
    agent,
    method,
    headers,
    body,
    most,
    within,
  }: {
    address: string
    agent: http.Agent
    method: string
    headers: Record<string, string>
    body: string | Buffer
    most: number
    within: number
  },
): Promise<HttpAnswer> {
  const secure = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    let connected = false
    const fail = (error: { code?: string }) =>
      reject(new HttpFailed(error.code ?? 'ENOANSWER', connected || request.reusedSocket))
    const request = (secure ? https : http).request({
      agent,
      host: address,
      port: url.port || (secure ? 443 : 80),
      ...(secure && isIP(url.hostname) === 0 && { servername: url.hostname }),
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        ...headers,
        host: url.host,
        ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
      },
      signal: AbortSignal.timeout(within),
    })
    request.on('socket', (socket) => {
      // One that is kept alive has connected before: a listener for each request would stay on it.
      if (!request.reusedSocket) socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true))
    })
    request.on('error', fail)
    request.on('response', (response) => {
      const pieces: Buffer[] = []
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        pieces.push(piece)
        bytes += piece.length
        if (bytes > most) request.destroy()
      })
      response.on('error', fail)
      response.on('end', () => {
        const header = (name: string) => {
          const value = response.headers[name]
          return Array.isArray(value) ? value[0] : value
        }
        resolve({ status: response.statusCode ?? 0, header, body: Buffer.concat(pieces) })
      })
    })
    request.end(body)
  })
}
