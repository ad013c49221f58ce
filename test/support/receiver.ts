import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { controlIdOf } from '../../server/modules/hl7/mllp-client.ts'
import { Deframer, frame } from '../../server/modules/hl7/framer.ts'

/** One frame that arrived at a {@link Receiver}. */
export type Received = { bytes: Buffer; controlId: string; socket: Socket; connection: number }

export type Receiver = {
  port: number
  received: Received[]
  /** Connections open now. */
  open: () => number
  close: () => Promise<void>
}

/** An acknowledgement as bytes, framed. */
export function ack(
  code: string,
  controlId: string,
  more: { id?: string; text?: string; rest?: string } = {},
): Buffer {
  const msa = ['MSA', code, controlId, ...(more.text ? [more.text] : [])].join('|')
  return frame(
    Buffer.from(
      `MSH|^~\\&|HIS|NH|CARELOOP|CARELOOP|20261122||ACK|${more.id ?? 'A1'}|P|2.5\r${msa}\r${more.rest ?? ''}`,
    ),
  )
}

/** A hospital system that takes messages over MLLP and answers each as the test says; without a word from the test, with AA. */
export async function startReceiver(
  answer: (one: Received) => void = (one) => one.socket.write(ack('AA', one.controlId)),
  options: { port?: number; tls?: TlsOptions; onClose?: (socket: Socket) => void } = {},
): Promise<Receiver> {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const serve = (socket: Socket) => {
    const connection = ++connections
    const deframer = new Deframer()
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      options.onClose?.(socket)
    })
    socket.on('data', (chunk: Buffer) => {
      for (const framed of deframer.push(chunk)) {
        if (framed.kind !== 'message') continue
        const one = { bytes: framed.bytes, controlId: controlIdOf(framed.bytes), socket, connection }
        received.push(one)
        answer(one)
      }
    })
  }
  const server: Server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    received,
    open: () => sockets.size,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
