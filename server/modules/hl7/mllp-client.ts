import { connect as connectSocket, isIP, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Deframer, frame } from './framer.ts'

/** An acknowledgement: MSA-1, MSA-2, MSA-3 and the bytes it came in. */
export interface Ack {
  /** AA, AE or AR in original mode; CA, CE or CR in enhanced mode. */
  code: string
  controlId: string
  /** MSA-3, else the text of ERR. */
  text: string
  raw: Buffer
}

/** TLS to the receiver. Its certificate must match `servername` and be signed by `ca` (PEM), or by an authority known to Node. */
export interface MllpTls {
  servername: string
  ca?: string | undefined
}

export type MllpErrorReason = 'refused' | 'closed' | 'timeout' | 'mismatch' | 'malformed' | 'busy'

/** Why a message got no usable answer. For every reason except `busy` the connection is closed. */
export class MllpError extends Error {
  readonly reason: MllpErrorReason
  /** The bytes received, with `mismatch` and `malformed`. */
  readonly raw: Buffer | undefined

  constructor(
    reason: MllpErrorReason,
    message: string,
    options?: ErrorOptions & { raw?: Buffer | undefined },
  ) {
    super(message, options)
    this.name = 'MllpError'
    this.reason = reason
    this.raw = options?.raw
  }
}

interface Pending {
  controlId: string
  resolve: (ack: Ack) => void
  reject: (error: MllpError) => void
  timer: NodeJS.Timeout
}

/**
 * One MLLP connection with one message in flight, as HL7's original mode asks for.
 *
 * @example
 * const client = new MllpClient()
 * await client.connect('127.0.0.1', 2575)
 * const ack = await client.send(message, { timeoutMs: 10_000 })
 */
export class MllpClient {
  #socket: Socket | undefined
  #pending: Pending | undefined

  get connected(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed
  }

  /** Opens the connection. Rejects with `refused` (no connection or untrusted) or `timeout` (default 5,000 ms). */
  async connect(
    host: string,
    port: number,
    options: { timeoutMs?: number; tls?: MllpTls | undefined } = {},
  ): Promise<void> {
    this.close()
    const timeoutMs = options.timeoutMs ?? 5000
    const { tls } = options
    const socket: Socket = tls
      ? connectTls({
          host,
          port,
          ca: tls.ca,
          // SNI must not hold an IP address (RFC 6066); it is still checked against the certificate.
          ...(isIP(tls.servername) ? {} : { servername: tls.servername }),
        }).setNoDelay()
      : connectSocket({ host, port, noDelay: true })
    const ready = tls ? 'secureConnect' : 'connect'
    this.#socket = socket
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new MllpError('timeout', `No connection to ${host}:${port} within ${timeoutMs} ms`))
        socket.destroy()
      }, timeoutMs)
      socket.once(ready, resolve)
      socket.once('error', (cause) => {
        reject(new MllpError('refused', `Cannot connect to ${host}:${port}: ${cause.message}`, { cause }))
      })
      socket.once('close', () => {
        reject(new MllpError('closed', `The connection to ${host}:${port} was closed`))
      })
      socket.once(ready, () => {
        clearTimeout(timer)
      })
      socket.once('close', () => {
        clearTimeout(timer)
      })
    })
    this.#listen(socket)
  }

  /**
   * Sends one message (unframed bytes, MSH first) and resolves with the answer whose MSA-2 equals its MSH-10. Rejects with an {@link
   * MllpError}: `timeout` after `timeoutMs`, `closed`, `mismatch` (an answer to another message), `malformed` (an answer without MSA, or a
   * message without MSH-10), `busy` (one is in flight). With `anything`, bytes without MSH-10 are sent as well, and the next answer counts
   * as theirs.
   */
  async send(message: Buffer, options: { timeoutMs: number; anything?: boolean }): Promise<Ack> {
    const socket = this.#socket
    if (this.#pending) throw new MllpError('busy', 'A message is already in flight on this connection')
    if (!socket || socket.destroyed) throw new MllpError('closed', 'Not connected')
    const controlId = controlIdOf(message)
    if (controlId === '' && !options.anything)
      throw new MllpError('malformed', 'The message has no control id (MSH-10)')
    return await new Promise<Ack>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail('timeout', `No answer to ${controlId} within ${options.timeoutMs} ms`)
      }, options.timeoutMs)
      this.#pending = { controlId, resolve, reject, timer }
      socket.write(frame(message))
    })
  }

  /** Closes the connection at once; a message in flight is rejected with `closed`. */
  close(): void {
    this.#fail('closed', 'The connection was closed')
  }

  #listen(socket: Socket): void {
    const deframer = new Deframer()
    socket.on('data', (chunk: Buffer) => {
      for (const framed of deframer.push(chunk)) if (framed.kind === 'message') this.#answered(framed.bytes)
    })
    socket.on('error', (error) => {
      if (this.#socket === socket) this.#fail('closed', `The connection failed: ${error.message}`)
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#fail('closed', 'The other side closed the connection')
    })
  }

  #answered(raw: Buffer): void {
    const pending = this.#pending
    const ack = parseAck(raw)
    if (!ack) {
      this.#fail('malformed', 'The answer has no MSA segment', raw)
    } else if (!pending || (pending.controlId !== '' && ack.controlId !== pending.controlId)) {
      this.#fail(
        'mismatch',
        `Expected an answer to ${pending?.controlId ?? 'nothing'}, got one to ${ack.controlId}`,
        raw,
      )
    } else {
      this.#pending = undefined
      clearTimeout(pending.timer)
      pending.resolve(ack)
    }
  }

  #fail(reason: MllpErrorReason, message: string, raw?: Buffer): void {
    const pending = this.#pending
    this.#pending = undefined
    // A late answer could be mistaken for the answer to the next message: never reuse this connection.
    this.#socket?.destroy()
    this.#socket = undefined
    if (!pending) return
    clearTimeout(pending.timer)
    pending.reject(new MllpError(reason, message, { raw }))
  }
}

export type SendStatus =
  | { kind: 'connected' }
  | { kind: 'answered'; controlId: string; code: string; attempts: number }
  | { kind: 'retrying'; controlId: string; attempts: number; delayMs: number; error: MllpError }

export interface ResendingSender {
  /** Resolves once the message is answered, whatever the code. Rejects only when aborted or closed. */
  send(message: Buffer, options?: { signal?: AbortSignal }): Promise<{ ack: Ack; attempts: number }>
  close(): void
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 2000

/**
 * A sender that behaves like hospital interfaces: it repeats the same bytes over new connections until they are answered. Waits 100 ms
 * after the first failure, doubling up to 2 s. One message at a time.
 */
export function resendingSender(options: {
  host: string
  port: number
  timeoutMs: number
  onStatus?: (status: SendStatus) => void
}): ResendingSender {
  const client = new MllpClient()
  const closing = new AbortController()
  const report = options.onStatus ?? (() => undefined)

  async function send(message: Buffer, { signal }: { signal?: AbortSignal } = {}) {
    const controlId = controlIdOf(message)
    if (controlId === '') throw new MllpError('malformed', 'The message has no control id (MSH-10)')
    // AbortSignal.any would keep about 700 bytes per message for as long as the caller's signal lives.
    const stopping = new AbortController()
    const stop = stopping.signal
    const abandon = () => {
      stopping.abort()
      client.close()
    }
    if (signal?.aborted || closing.signal.aborted) abandon()
    signal?.addEventListener('abort', abandon)
    closing.signal.addEventListener('abort', abandon)
    try {
      for (let attempts = 1; ; attempts++) {
        stop.throwIfAborted()
        try {
          if (!client.connected) {
            await client.connect(options.host, options.port, { timeoutMs: options.timeoutMs })
            report({ kind: 'connected' })
          }
          const ack = await client.send(message, { timeoutMs: options.timeoutMs })
          report({ kind: 'answered', controlId, code: ack.code, attempts })
          return { ack, attempts }
        } catch (error) {
          if (!(error instanceof MllpError) || error.reason === 'busy') throw error
          stop.throwIfAborted()
          const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS)
          report({ kind: 'retrying', controlId, attempts, delayMs, error })
          await sleep(delayMs, undefined, { signal: stop })
        }
      }
    } finally {
      signal?.removeEventListener('abort', abandon)
      closing.signal.removeEventListener('abort', abandon)
    }
  }

  return {
    send,
    close() {
      closing.abort()
      client.close()
    },
  }
}

/** MSH-10 of an encoded message, or '' when it has none. MSH must come first. */
export function controlIdOf(message: Buffer): string {
  const end = message.indexOf(0x0d)
  const header = decode(end === -1 ? message : message.subarray(0, end))
  if (!header.startsWith('MSH')) return ''
  return header.split(header.charAt(3))[9]?.trim() ?? ''
}

function parseAck(raw: Buffer): Ack | undefined {
  const text = decode(raw)
  const separator = text.charAt(3)
  const segments = text.split(/[\r\n]+/).map((segment) => segment.split(separator))
  const msa = segments.find((fields) => fields[0] === 'MSA')
  if (!/^(MSH|BHS)/.test(text) || !msa) return undefined
  const err = segments.find((fields) => fields[0] === 'ERR')
  return {
    code: msa[1]?.trim() ?? '',
    controlId: msa[2]?.trim() ?? '',
    // ERR-8 is for people, ERR-7 for technicians, ERR-3 a code; before version 2.5 there was only ERR-1.
    text: msa[3]?.trim() || [8, 7, 3, 1].map((at) => err?.[at]?.trim()).find(Boolean) || '',
    raw,
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const gb18030 = new TextDecoder('gb18030')

/**
 * The second byte of a GB18030 character can be `|` (0x7C), so decode before splitting fields. Valid UTF-8 is practically never GB18030 by
 * chance.
 */
function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return gb18030.decode(bytes)
  }
}
