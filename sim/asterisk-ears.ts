import { connect, type Socket } from 'node:net'
import type { Channel, openExchange } from './asterisk-exchange.ts'

// Snoop channels, external media by AudioSocket and bridges of the simulated Asterisk, from docs.asterisk.org ("External Media and ARI", "AudioSocket").

type Answer = { status: number; body?: unknown }
type Input = Record<string, string>
type Bridge = { id: string; bridge_type: string; channels: string[] }
type Aux = { id: string; app: string; of: Channel | undefined; socket: Socket | undefined }

const frame = (kind: number, payload: Buffer) => {
  const head = Buffer.alloc(3)
  head.writeUInt8(kind, 0)
  head.writeUInt16BE(payload.length, 1)
  return Buffer.concat([head, payload])
}

export function openEars({ channels, tell, stamp }: ReturnType<typeof openExchange>) {
  const others = new Map<string, Aux>()
  const bridges = new Map<string, Bridge>()
  let [sound, count] = [0, 0]

  const view = (one: Aux) => ({
    id: one.id,
    name: `Aux/${one.id}`,
    state: 'Up',
    creationtime: stamp(),
    language: 'zh',
  })

  const enter = (one: Aux): Answer => {
    others.set(one.id, one)
    tell(one.app, 'StasisStart', { args: [], channel: view(one) })
    return { status: 200, body: view(one) }
  }

  const leave = (one: Aux) => {
    if (!others.delete(one.id)) return
    if (one.of) one.of.ear = undefined
    one.socket?.end(frame(0x00, Buffer.alloc(0)))
    for (const bridge of bridges.values()) bridge.channels = bridge.channels.filter((id) => id !== one.id)
    tell(one.app, 'StasisEnd', { channel: view(one) })
  }

  const media = (input: Input): Answer => {
    const [host = '', port = ''] = (input['external_host'] ?? '').split(':')
    if (!input['app'] || host === '' || port === '' || input['format'] !== 'slin')
      return { status: 400, body: { message: 'Missing or invalid parameter' } }
    const uuid = (input['data'] ?? '').replaceAll('-', '')
    if (
      input['encapsulation'] !== 'audiosocket' ||
      input['transport'] !== 'tcp' ||
      !/^[0-9a-f]{32}$/i.test(uuid)
    )
      return { status: 400, body: { message: 'AudioSocket needs tcp and a UUID' } }
    const socket = connect(Number(port), host)
    const one: Aux = { id: input['channelId'] ?? `m${++count}`, app: input['app'], of: undefined, socket }
    socket.on('error', () => undefined)
    // Whoever is turned away hangs up.
    socket.on('close', () => leave(one))
    socket.write(frame(0x01, Buffer.from(uuid, 'hex')))
    return enter(one)
  }

  /** Asterisk sends 20 ms in a frame. */
  const bring = (socket: Socket) => (pcm: Buffer) => {
    sound += pcm.length
    for (let at = 0; at < pcm.length; at += 320) socket.write(frame(0x10, pcm.subarray(at, at + 320)))
  }

  return {
    soundSent: () => sound,
    /** @returns undefined when it is about a call */
    channel(method: string, id: string, rest: string[], input: Input): Answer | undefined {
      if (id === 'externalMedia' && method === 'POST') return media(input)
      const one = others.get(id)
      if (one && method === 'DELETE') {
        leave(one)
        return { status: 204 }
      }
      if (/^careloop-(?:snoop|media)-/.test(id) && method === 'DELETE')
        return { status: 404, body: { message: 'Channel not found' } }
      if (rest[0] !== 'snoop' || method !== 'POST') return undefined
      const of = channels.get(id)
      if (!of) return { status: 404, body: { message: 'Channel not found' } }
      if (!input['app'] || input['spy'] !== 'in')
        return { status: 400, body: { message: 'Invalid parameters' } }
      const snoop: Aux = { id: rest[1] ?? `s${++count}`, app: input['app'], of, socket: undefined }
      of.ended = [...(of.ended ?? []), () => leave(snoop)]
      return enter(snoop)
    },
    bridge(method: string, id: string, rest: string[], input: Input): Answer {
      const [what] = rest
      if (method === 'POST' && what === undefined) {
        const bridge = bridges.get(id) ?? {
          id: id === '' ? `b${++count}` : id,
          bridge_type: input['type'] ?? 'mixing',
          channels: [],
        }
        bridges.set(bridge.id, bridge)
        return { status: 200, body: bridge }
      }
      const bridge = bridges.get(id)
      if (!bridge) return { status: 404, body: { message: 'Bridge not found' } }
      if (what === 'addChannel' || what === 'removeChannel') {
        const ids = (input['channel'] ?? '').split(',')
        if (!ids.every((one) => others.has(one) || channels.has(one)))
          return { status: 400, body: { message: 'Channel not found' } }
        bridge.channels = bridge.channels.filter((one) => !ids.includes(one))
        if (what === 'addChannel') bridge.channels.push(...ids)
        const inside = bridge.channels.flatMap((one) => others.get(one) ?? [])
        const [caller, socket] = [inside.find((one) => one.of)?.of, inside.find((one) => one.socket)?.socket]
        if (caller && socket) caller.ear = bring(socket)
        return { status: 204 }
      }
      if (method === 'DELETE') bridges.delete(id)
      return method === 'DELETE' ? { status: 204 } : { status: 200, body: bridge }
    },
    close() {
      for (const one of others.values()) one.socket?.destroy()
    },
  }
}
