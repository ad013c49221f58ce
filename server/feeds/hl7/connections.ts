import { BlockList, isIP, type Socket } from 'node:net'
import { log } from '../../platform/log.ts'

export type Limits = {
  /** Connections of all addresses together, and of one of them. */
  connections: number
  perAddress: number
  /** Bytes of unfinished frames, over all connections. */
  unfinishedBytes: number
  /** Bytes of messages that wait to be stored, over all connections: nothing more is read until half of them are. */
  waitingBytes: number
  /** A frame has this long, and a second more for every `bytesPerSecond` of it. */
  frameMs: number
  bytesPerSecond: number
}

/** A HIS holds a few connections per interface; the largest frame (32 MB) at 64 kB/s has eight minutes. */
export const usualLimits: Limits = {
  connections: 500,
  perAddress: 200,
  unfinishedBytes: 64 * 1024 * 1024,
  waitingBytes: 64 * 1024 * 1024,
  frameMs: 30_000,
  bytesPerSecond: 64 * 1024,
}

export type Connection = {
  /** With TLS at first the plain one below it. */
  socket: Socket
  readonly address: string
  /** When the last byte arrived, and when the unfinished frame began; milliseconds of `performance.now()`. */
  heardAt: number
  frameSince: number | undefined
  /** Memory and bytes so far of the unfinished frame. */
  held: number
  received: number
  /** Messages that are not answered yet. */
  open: number
  /** Answers are written that the sender does not take. */
  unread: boolean
  /** A message of this connection was stored. */
  proven: boolean
  /** Reading stopped, because answers or stored messages are waited for. */
  paused: Set<'answers' | 'store'>
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

function networks(allowed: string[]): BlockList {
  const list = new BlockList()
  for (const one of allowed) {
    const [address = '', bits] = one.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

/**
 * All MLLP connections of a process, over both listeners, under one set of limits. Whoever takes too much gives way, never the newcomer: a
 * sender that connects is always let in, and a connection with unanswered messages is never cut for another.
 */
export class Connections {
  readonly #limits: Limits
  readonly #all = new Set<Connection>()
  readonly #allowed: BlockList | undefined
  readonly #timer: NodeJS.Timeout
  #held = 0
  #waiting = 0
  #refused = 0

  constructor(limits: Limits = usualLimits, allowed?: string[]) {
    this.#limits = limits
    this.#allowed = allowed && networks(allowed)
    this.#timer = setInterval(() => this.#cutSlow(), Math.min(1000, limits.frameMs / 2))
    this.#timer.unref()
  }

  /** Registers a connection, for which another may have to give way; undefined when it was refused and closed. */
  admit(socket: Socket): Connection | undefined {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    if (this.#allowed && !this.#allowed.check(address, familyOf(address))) {
      this.#refuse(socket, address, 'an MLLP connection from an address that is not allowed')
      return undefined
    }
    const own = [...this.#all].filter((one) => one.address === address)
    const full =
      own.length >= this.#limits.perAddress
        ? own
        : this.#all.size >= this.#limits.connections
          ? [...this.#all]
          : undefined
    if (full && !this.#giveWay(full)) {
      this.#refuse(socket, address, 'an MLLP connection was refused, all others are at work')
      return undefined
    }
    const connection: Connection = {
      socket,
      address,
      heardAt: performance.now(),
      frameSince: undefined,
      held: 0,
      received: 0,
      open: 0,
      unread: false,
      proven: false,
      paused: new Set(),
    }
    this.#all.add(connection)
    socket.once('close', () => this.#forget(connection))
    return connection
  }

  #refuse(socket: Socket, address: string, why: string): void {
    // One line for a flood.
    if (this.#refused++ % 1000 === 0) log.warn({ address, refused: this.#refused }, why)
    socket.destroy()
  }

  /** Closes the one that was silent longest, first of those that never sent a message. */
  #giveWay(among: Connection[]): boolean {
    const idle = among.filter((one) => one.open === 0 || one.unread)
    const strangers = idle.filter((one) => !one.proven)
    const [longest] = (strangers.length > 0 ? strangers : idle).sort((a, b) => a.heardAt - b.heardAt)
    if (longest) this.#cut(longest, 'an idle MLLP connection gave way to a new one')
    return longest !== undefined
  }

  /**
   * Takes note of a chunk; the address with most of the unfinished bytes gives way, its oldest frame first.
   * @param now what is unfinished after it: its memory in bytes, and whether it began in this chunk; undefined: nothing
   */
  heard(connection: Connection, chunk: number, now: { held: number; began: boolean } | undefined): void {
    connection.heardAt = performance.now()
    if (!now || now.began) connection.received = 0
    if (!now) connection.frameSince = undefined
    else {
      connection.frameSince = now.began ? connection.heardAt : (connection.frameSince ?? connection.heardAt)
      connection.received += chunk
    }
    const held = now?.held ?? 0
    this.#held += held - connection.held
    connection.held = held
    while (this.#held > this.#limits.unfinishedBytes) {
      const heavy = this.#heaviest()
      if (!heavy) return
      this.#cut(heavy, 'an unfinished MLLP frame gave way: too many bytes are under way')
    }
  }

  #heaviest(): Connection | undefined {
    const byAddress = new Map<string, number>()
    for (const { address, held } of this.#all) byAddress.set(address, (byAddress.get(address) ?? 0) + held)
    const [most] = [...byAddress].sort(([, a], [, b]) => b - a)[0] ?? []
    return [...this.#all]
      .filter((one) => one.address === most && one.held > 0)
      .sort((a, b) => (a.frameSince ?? 0) - (b.frameSince ?? 0))[0]
  }

  /** A message waits to be stored; nothing more is read from a connection while too many bytes do. */
  waitForStore(connection: Connection, bytes: number): void {
    this.#waiting += bytes
    if (this.#waiting > this.#limits.waitingBytes) this.pause(connection, 'store')
  }

  stored(bytes: number): void {
    this.#waiting -= bytes
    if (this.#waiting > this.#limits.waitingBytes / 2) return
    for (const one of this.#all) if (one.paused.has('store')) this.resume(one, 'store')
  }

  pause(connection: Connection, why: 'answers' | 'store'): void {
    connection.paused.add(why)
    connection.socket.pause()
  }

  resume(connection: Connection, why: 'answers' | 'store'): void {
    if (!connection.paused.delete(why) || connection.paused.size > 0) return
    // The time that we did not read is not the sender's.
    if (connection.frameSince !== undefined) connection.frameSince = performance.now()
    connection.socket.resume()
  }

  #cutSlow(): void {
    const now = performance.now()
    const { frameMs, bytesPerSecond } = this.#limits
    for (const one of this.#all) {
      if (one.frameSince === undefined || one.paused.size > 0) continue
      if (now - one.frameSince > frameMs + (one.received / bytesPerSecond) * 1000)
        this.#cut(one, 'an MLLP frame took too long')
    }
  }

  /** What was half received is dropped without an answer: the sender sends it again. */
  #cut(connection: Connection, why: string): void {
    log.info({ address: connection.address, bytes: connection.held }, why)
    this.#forget(connection)
    connection.socket.destroy()
  }

  #forget(connection: Connection): void {
    if (!this.#all.delete(connection)) return
    this.#held -= connection.held
    connection.held = 0
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
