import { createHash, randomUUID } from 'node:crypto'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

// Asterisk Manager Interface (docs.asterisk.org, "AMI v2 Specification"): lines `Key: value`, an empty line ends a message.

export type AmiMessage = Readonly<Record<string, string>>

/** A message without its end that is longer than this is none; bytes. */
const longestMessage = 256 * 1024
const answerMs = 10_000
/** Asterisk answers a ping; a connection that is silent for longer is dead. */
const pingMs = 15_000

/** Cuts a stream into messages; the first line of a session, without a colon-blank, is the greeting. */
export class AmiReader {
  #rest = ''

  /** @throws {Error} when a message has no end */
  read(piece: string): AmiMessage[] {
    const messages: AmiMessage[] = []
    this.#rest += piece
    for (let end = this.#rest.indexOf('\r\n\r\n'); end >= 0; end = this.#rest.indexOf('\r\n\r\n')) {
      const text = this.#rest.slice(0, end)
      this.#rest = this.#rest.slice(end + 4)
      messages.push(readMessage(text))
    }
    if (this.#rest.length > longestMessage) throw new Error('A message of the manager interface has no end')
    return messages
  }
}

function readMessage(text: string): AmiMessage {
  const message: Record<string, string> = {}
  for (const line of text.split('\r\n')) {
    const at = line.indexOf(':')
    // What the database cannot store would be tried for ever, and hold up whatever comes after it.
    if (at > 0)
      message[line.slice(0, at)] = line
        .slice(at + 1)
        .replaceAll(/\p{Cc}/gu, '')
        .trim()
  }
  return message
}

/** @throws {Error} when a value holds a line break: it would be a header of its own */
export function writeMessage(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => {
    if (/[\r\n]/.test(value)) throw new Error(`${name} holds a line break`)
    return `${name}: ${value}`
  })
  return `${lines.join('\r\n')}\r\n\r\n`
}

export type AmiOptions = {
  /** The address to connect to, and the name for TLS. */
  address: string
  host: string
  port: number
  tls: boolean
  user: string
  password: string
  onEvent: (event: AmiMessage) => void
}

export type AmiConnection = {
  /** Sends an action. @returns its response @throws {Error} without one, or when the connection ends */
  send: (action: Record<string, string>) => Promise<AmiMessage>
  /** Sends an action that answers by a list of events. @returns these */
  list: (action: Record<string, string>, complete: string) => Promise<AmiMessage[]>
  /** Resolves with the reason once the connection has ended. */
  ended: Promise<Error>
  close: () => void
}

type Waiting = {
  answer: (message: AmiMessage) => void
  fail: (error: Error) => void
  /** For lists: the event that ends one, and what came so far. */
  complete?: string
  items: AmiMessage[]
}

/** Connects and logs in, by challenge (MD5) so that the password is not sent. @throws {Error} in words for the operator */
export async function connectAmi(options: AmiOptions): Promise<AmiConnection> {
  const { address, host, port } = options
  const socket: Socket = options.tls
    ? connectTls({ host: address, port, ...(isIP(host) === 0 && { servername: host }) })
    : connectTcp({ host: address, port })
  const reader = new AmiReader()
  const waiting = new Map<string, Waiting>()
  const { promise: ended, resolve: endWith } = Promise.withResolvers<Error>()
  let alive = Date.now()
  const end = (error: Error) => {
    clearInterval(pinger)
    socket.destroy()
    for (const one of waiting.values()) one.fail(error)
    waiting.clear()
    endWith(error)
  }
  const take = (message: AmiMessage) => {
    const id = message['ActionID']
    const one = id === undefined ? undefined : waiting.get(id)
    if (message['Response'] !== undefined) {
      if (!one || id === undefined) return
      if (one.complete === undefined || message['Response'] !== 'Success') {
        waiting.delete(id)
        one.answer(message)
      }
    } else if (one?.complete !== undefined && id !== undefined) {
      if (message['Event'] === one.complete) {
        waiting.delete(id)
        one.answer(message)
      } else one.items.push(message)
    } else if (message['Event'] !== undefined) options.onEvent(message)
  }
  socket.setEncoding('utf8').setNoDelay(true).setKeepAlive(true)
  socket.on('data', (piece: string) => {
    alive = Date.now()
    try {
      for (const message of reader.read(piece)) take(message)
    } catch (error) {
      end(error as Error)
    }
  })
  socket.on('error', (error) => end(error))
  socket.on('close', () => end(new Error('The connection to the manager interface ended')))
  const request = (action: Record<string, string>, complete?: string) =>
    new Promise<{ message: AmiMessage; items: AmiMessage[] }>((resolve, reject) => {
      const id = randomUUID()
      const items: AmiMessage[] = []
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new Error(`The manager interface does not answer ${action['Action'] ?? ''}`))
      }, answerMs)
      waiting.set(id, {
        answer: (message) => {
          clearTimeout(timer)
          resolve({ message, items })
        },
        fail: (error) => {
          clearTimeout(timer)
          reject(error)
        },
        ...(complete !== undefined && { complete }),
        items,
      })
      socket.write(writeMessage({ ...action, ActionID: id }))
    })
  const connection: AmiConnection = {
    send: async (action) => (await request(action)).message,
    list: async (action, complete) => (await request(action, complete)).items,
    ended,
    close: () => end(new Error('closed')),
  }
  const pinger = setInterval(() => {
    if (Date.now() - alive > 2 * pingMs) end(new Error('The manager interface is silent'))
    else connection.send({ Action: 'Ping' }).catch(() => undefined)
  }, pingMs)
  try {
    await logIn(connection, options)
  } catch (error) {
    end(error as Error)
    throw error
  }
  return connection
}

async function logIn(connection: AmiConnection, { user, password }: AmiOptions): Promise<void> {
  const { Challenge: challenge } = await connection.send({ Action: 'Challenge', AuthType: 'MD5' })
  if (challenge === undefined) throw new Error('The manager interface offers no login by challenge')
  const key = createHash('md5').update(`${challenge}${password}`).digest('hex')
  const { Response: response, Message: message } = await connection.send({
    Action: 'Login',
    AuthType: 'MD5',
    Username: user,
    Key: key,
    Events: 'call,agent,system',
  })
  if (response !== 'Success')
    throw new Error(`The manager interface refuses the login: ${message ?? response ?? ''}`)
}
