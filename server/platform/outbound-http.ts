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

export type HttpClient = {
  /** @throws {HttpFailed} without an answer; redirects are answers */
  post: (url: URL, headers: Record<string, string>, body: string) => Promise<{ status: number; body: string }>
  close: () => void
}

/**
 * Posts to configured addresses: resolved once, checked and connected to exactly there, over TLS unless it is on the premises.
 * @param allowed names and addresses on the premises that may be sent to
 */
export function openHttp(allowed: () => Promise<string>, connections = 16): HttpClient {
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
    if (protocol !== 'https:' && !isOnPremises(address))
      throw new HostRefused(`${name} is not on the premises: only https is spoken with it`)
    known.set(name, { address, until: Date.now() + addressMs })
    return address
  }
  return {
    async post(url, headers, body) {
      let address: string
      try {
        address = await addressOf(url)
      } catch (error) {
        throw new HttpFailed((error as Error).message, false)
      }
      return send(url, address, agents[url.protocol === 'https:' ? 'https:' : 'http:'], headers, body)
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

function send(
  url: URL,
  address: string,
  agent: http.Agent,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; body: string }> {
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
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(answerMs),
    })
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true))
    })
    request.on('error', fail)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
        if (text.length > largestAnswer) request.destroy()
      })
      response.on('error', fail)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: text })
      })
    })
    request.end(body)
  })
}
