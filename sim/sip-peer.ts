import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

// A telephone system as a browser sees it: SIP over WebSocket (RFC 7118) with digest authentication (RFC 2617), written from the public
// documents. Only signals are played: its SDP is fixed and nobody is heard.

type Message = { first: string; headers: Map<string, string[]>; body: string }

export type SipCall = {
  /** What has become of it at the browser. */
  state: () => 'ringing' | 'talking' | 'ended'
  /** The status with which the browser refused it. */
  refusedWith: () => number | undefined
  held: () => boolean
  /** Keys that were sent in it (INFO). */
  keys: () => string[]
  /** Called once somebody picks up at the browser, and once it is over. */
  onAnswered: (what: () => void) => void
  onEnded: (what: () => void) => void
  hangUp: () => void
}

export type SipPeer = {
  /** Where browsers connect. */
  url: string
  domain: string
  /** Users that are registered just now. */
  registered: () => string[]
  /** Registrations with a wrong secret. */
  refused: () => number
  /** A registered browser rings. @throws when nobody of that name is registered */
  ring: (user: string, from: string) => SipCall
  /** Asks a registered browser whether it is there. @returns the status of its answer */
  ask: (user: string) => Promise<number>
  close: () => Promise<void>
}

const domain = 'pbx.example'
const crlf = '\r\n'
const hash = (text: string) => createHash('md5').update(text).digest('hex')
const token = () => randomBytes(8).toString('hex')

/** @param secrets by user */
export async function startSipPeer(secrets: Record<string, string>): Promise<SipPeer> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => offered.has('sip') && 'sip' })
  const registered = new Map<string, { socket: WebSocket; contact: string }>()
  const calls = new Map<string, Call>()
  const asked = new Map<string, (status: number) => void>()
  const nonce = token()
  let refused = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const register = (socket: WebSocket, request: Message) => {
    const user = /sip:([^@;>]+)@/.exec(one(request, 'to'))?.[1] ?? ''
    const given = one(request, 'authorization')
    const challenge = `WWW-Authenticate: Digest realm="${domain}", nonce="${nonce}", algorithm=MD5, qop="auth"`
    if (given === '') {
      reply(socket, request, 401, 'Unauthorized', [challenge])
      return
    }
    if (!isRight(given, user, secrets[user] ?? '', nonce)) {
      refused += 1
      reply(socket, request, 403, 'Forbidden')
      return
    }
    const contact = one(request, 'contact')
    const expires = Number(/expires=(\d+)/.exec(contact)?.[1] ?? one(request, 'expires'))
    if (expires === 0) registered.delete(user)
    else registered.set(user, { socket, contact: /<([^>]+)>/.exec(contact)?.[1] ?? '' })
    reply(socket, request, 200, 'OK', [`Contact: ${contact}`, `Expires: ${expires}`])
  }

  sockets.on('connection', (socket) => {
    socket.on('close', () => {
      for (const [user, known] of registered) if (known.socket === socket) registered.delete(user)
    })
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8')
      // Two empty lines keep the way open (RFC 5626).
      if (text.trim() === '') return
      const message = parse(text)
      const id = one(message, 'call-id')
      const [method = ''] = message.first.split(' ')
      if (method === 'REGISTER') register(socket, message)
      else if (method === 'SIP/2.0') {
        const status = Number(message.first.split(' ')[1])
        asked.get(id)?.(status)
        calls.get(id)?.answered(message, status)
      } else if (calls.has(id)) calls.get(id)?.asked(method, message)
      else if (method !== 'ACK') reply(socket, message, 481, 'Call/Transaction Does Not Exist')
    })
  })
  const place = (user: string) => {
    const known = registered.get(user)
    if (!known) throw new Error(`nobody is registered as ${user}`)
    return known
  }
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    domain,
    registered: () => [...registered.keys()],
    refused: () => refused,
    ring(user, from) {
      const { socket, contact } = place(user)
      const call = new Call(socket, contact, user, from)
      calls.set(call.id, call)
      return call.view
    },
    ask(user) {
      const { socket, contact } = place(user)
      const id = token()
      const headers = dialogue({ id, from: 'careloop', to: user, tag: token(), method: 'OPTIONS', number: 1 })
      socket.send([`OPTIONS ${contact} SIP/2.0`, ...headers, 'Content-Length: 0', '', ''].join(crlf))
      return new Promise((resolve) => asked.set(id, resolve))
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Call {
  readonly id = token()
  readonly #socket: WebSocket
  readonly #target: string
  readonly #user: string
  readonly #from: string
  readonly #tag = token()
  #to = ''
  #number = 1
  #state: 'ringing' | 'talking' | 'ended' = 'ringing'
  #refused: number | undefined
  #held = false
  readonly #keys: string[] = []
  #onAnswered: () => void = () => undefined
  #onEnded: () => void = () => undefined

  constructor(socket: WebSocket, target: string, user: string, from: string) {
    this.#socket = socket
    this.#target = target
    this.#user = user
    this.#from = from
    this.#send('INVITE', description('sendrecv', 'actpass'))
  }

  readonly view: SipCall = {
    state: () => this.#state,
    refusedWith: () => this.#refused,
    held: () => this.#held,
    keys: () => this.#keys,
    onAnswered: (what) => (this.#onAnswered = what),
    onEnded: (what) => (this.#onEnded = what),
    hangUp: () => {
      if (this.#state === 'ringing') this.#send('CANCEL')
      else if (this.#state === 'talking') {
        this.#number += 1
        this.#send('BYE')
        this.#end()
      }
    },
  }

  /** The browser answers something of ours. */
  answered(message: Message, status: number): void {
    const [, method] = one(message, 'cseq').split(' ')
    if (method !== 'INVITE' || status < 200) return
    this.#to = /tag=([^;\s]+)/.exec(one(message, 'to'))?.[1] ?? ''
    this.#send('ACK')
    if (status >= 300) {
      this.#refused = status
      this.#end()
    } else if (this.#state === 'ringing') {
      this.#state = 'talking'
      this.#onAnswered()
    }
  }

  /** The browser asks something in this call. */
  asked(method: string, message: Message): void {
    if (method === 'ACK') return
    if (method === 'INVITE') {
      this.#held = /^a=(sendonly|inactive)/m.test(message.body)
      const body = description(this.#held ? 'recvonly' : 'sendrecv', 'passive')
      reply(this.#socket, message, 200, 'OK', [`Contact: <sip:pbx@${domain};transport=ws>`], body)
      return
    }
    if (method === 'INFO') this.#keys.push(/Signal\s*=\s*(\S)/.exec(message.body)?.[1] ?? '')
    reply(this.#socket, message, 200, 'OK')
    if (method === 'BYE') this.#end()
  }

  #end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#onEnded()
  }

  #send(method: string, body = ''): void {
    const headers = dialogue({
      id: this.id,
      from: this.#from,
      to: this.#user,
      tag: this.#tag,
      toTag: this.#to,
      method,
      number: this.#number,
    })
    this.#socket.send(
      [`${method} ${this.#target} SIP/2.0`, ...headers, ...bodyHeaders(body), '', body].join(crlf),
    )
  }
}

const bodyHeaders = (body: string) => [
  ...(body === '' ? [] : ['Content-Type: application/sdp']),
  `Content-Length: ${Buffer.byteLength(body)}`,
]

function dialogue(of: {
  id: string
  from: string
  to: string
  tag: string
  toTag?: string
  method: string
  number: number
}): string[] {
  // One transaction for a request, its ACK after a refusal and its CANCEL; another for an ACK after 200 does no harm here.
  const branch = `z9hG4bK${of.id}${of.method === 'BYE' ? 'b' : of.method === 'OPTIONS' ? 'o' : 'i'}`
  return [
    `Via: SIP/2.0/WS ${domain};branch=${branch}`,
    'Max-Forwards: 70',
    `From: <sip:${of.from}@${domain}>;tag=${of.tag}`,
    `To: <sip:${of.to}@${domain}>${of.toTag ? `;tag=${of.toTag}` : ''}`,
    `Call-ID: ${of.id}`,
    `CSeq: ${of.number} ${of.method}`,
    `Contact: <sip:pbx@${domain};transport=ws>`,
  ]
}

function parse(text: string): Message {
  const end = text.indexOf(crlf + crlf)
  const [first = '', ...lines] = text.slice(0, end).split(crlf)
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const at = line.indexOf(':')
    const name = line.slice(0, at).trim().toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()])
  }
  return { first, headers, body: text.slice(end + 4) }
}

const one = ({ headers }: Message, name: string) => headers.get(name)?.[0] ?? ''

function reply(
  socket: WebSocket,
  request: Message,
  status: number,
  words: string,
  more: string[] = [],
  body = '',
): void {
  const kept = ['via', 'from', 'call-id', 'cseq'].flatMap((name) =>
    (request.headers.get(name) ?? []).map((value) => `${name}: ${value}`),
  )
  const to = one(request, 'to')
  socket.send(
    [
      `SIP/2.0 ${status} ${words}`,
      ...kept,
      `to: ${/;tag=/.test(to) ? to : `${to};tag=${token()}`}`,
      ...more,
      ...bodyHeaders(body),
      '',
      body,
    ].join(crlf),
  )
}

function isRight(given: string, user: string, secret: string, nonce: string): boolean {
  const field = (name: string) => new RegExp(`(?:^|[ ,])${name}="?([^",]+)"?`).exec(given)?.[1] ?? ''
  if (secret === '' || field('username') !== user || field('nonce') !== nonce) return false
  const who = hash(`${user}:${domain}:${secret}`)
  const what = hash(`REGISTER:${field('uri')}`)
  return field('response') === hash([who, nonce, field('nc'), field('cnonce'), field('qop'), what].join(':'))
}

/** One audio stream as Asterisk offers it to browsers; the keys in it belong to nobody. */
function description(direction: string, setup: string): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=Asterisk',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 0 8 101',
    'a=mid:0',
    `a=setup:${setup}`,
    `a=fingerprint:SHA-256 ${Array.from({ length: 32 }, () => '1F').join(':')}`,
    'a=ice-ufrag:1a2b3c4d',
    'a=ice-pwd:0123456789abcdef0123456789abcdef',
    'a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host',
    'a=rtcp-mux',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join(crlf)
}
