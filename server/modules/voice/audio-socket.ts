import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'

/** Kinds of Asterisk's AudioSocket protocol: one octet, two of length (big-endian), what it is about. */
const [hangUp, name, sound] = [0x00, 0x01, 0x10]
export type Frame = { kind: number; payload: Buffer }

/** Takes a stream apart, however it was cut on its way. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0)

  take(piece: Buffer): Frame[] {
    let data = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const frames: Frame[] = []
    while (data.length >= 3) {
      const length = data.readUInt16BE(1)
      if (data.length < 3 + length) break
      frames.push({ kind: data.readUInt8(0), payload: data.subarray(3, 3 + length) })
      data = data.subarray(3 + length)
    }
    this.#rest = Buffer.from(data)
    return frames
  }
}

const uuidOf = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** How long a connection may take to say whose sound it brings. */
const nameMs = 5000

export type Sound = { onSound: (pcm: Buffer) => void; onEnd: () => void }

/** Where Asterisk brings what callers say. Whoever does not know the name of a call, which nobody else is told, is not listened to. */
export class AudioPort {
  readonly #server: Server
  readonly #expected = new Map<string, Sound>()
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket))
    // Two for each line and some that are turned away.
    this.#server.maxConnections = 2000
  }

  /** @throws when the port is taken */
  static async open(port: number): Promise<AudioPort> {
    const one = new AudioPort()
    one.#server.listen(port)
    await once(one.#server, 'listening')
    one.#server.on('error', () => undefined)
    return one
  }

  /** @returns a function that expects it no more */
  expect(uuid: string, sound: Sound): () => void {
    this.#expected.set(uuid, sound)
    return () => this.#expected.delete(uuid)
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    const frames = new Frames()
    let target: Sound | undefined
    const late = setTimeout(() => target ?? socket.destroy(), nameMs)
    socket.on('data', (piece: Buffer) => {
      for (const { kind, payload } of frames.take(piece)) {
        if (target === undefined) {
          const uuid = kind === name && payload.length === 16 ? uuidOf(payload) : ''
          target = this.#expected.get(uuid)
          // A name is used once.
          this.#expected.delete(uuid)
          if (target === undefined) return void socket.destroy()
        } else if (kind === sound) target.onSound(payload)
        else if (kind === hangUp) return void socket.end()
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(late)
      this.#sockets.delete(socket)
      target?.onEnd()
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
