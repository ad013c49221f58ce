import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { log } from '../../platform/log.ts'
import { acceptFrame, refuseFrame } from './batch.ts'
import { Deframer, frame } from '../../modules/hl7/framer.ts'
import type { RawStore } from '../../modules/intake/store.ts'

/** Outstanding answers per sender before we stop reading from it: bounds memory. */
const windowMessages = 256
/** An unfinished frame that gets no byte for this long ends the connection (slow-loris). */
const idleMs = 120_000
const maxConnections = 500

export type Listener = { port: number; close: () => Promise<void> }

/**
 * MLLP server (HL7 "Transport Specification: MLLP, Release 1"): frames in, acknowledgements out, in order of arrival. With `tls`, TLS
 * only.
 */
export async function listenMllp(
  store: RawStore,
  address: { host: string; port: number; tls?: TlsOptions | undefined },
): Promise<Listener> {
  const sockets = new Set<Socket>()
  const busy = new Set<Promise<void>>()
  const usual = { keepAlive: true, noDelay: true, allowHalfOpen: true }
  const accept = (socket: Socket) => {
    sockets.add(socket)
    serve(socket, store, busy)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = address.tls
    ? createTlsServer({ ...usual, ...address.tls }, accept)
    : createServer(usual, accept)
  // Failed TLS handshakes carry no message.
  server.on('tlsClientError', (error: Error) => {
    log.warn({ err: error }, 'an MLLP connection without the TLS that is asked for')
  })
  server.maxConnections = maxConnections
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close: () => closeAll(server, sockets, busy),
  }
}

/** Stops accepting messages, answers the accepted ones, then closes. */
async function closeAll(server: Server, sockets: Set<Socket>, busy: Set<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
  })
  for (const socket of sockets) socket.pause()
  await Promise.allSettled(busy)
  for (const socket of sockets) socket.end()
  for (const socket of sockets) socket.destroySoon()
  await closed
}

function serve(socket: Socket, store: RawStore, busy: Set<Promise<void>>): void {
  const deframer = new Deframer()
  let open = 0
  let answers: Promise<void> = Promise.resolve()

  const answer = (reply: Promise<Buffer>) => {
    open += 1
    if (open >= windowMessages) socket.pause()
    answers = answers
      .then(async () => {
        const bytes = await reply
        if (socket.writable) socket.write(frame(bytes))
      })
      .finally(() => {
        open -= 1
        if (open < windowMessages / 2) socket.resume()
      })
    const mine = answers
    busy.add(mine)
    void mine.finally(() => busy.delete(mine))
  }

  socket.setTimeout(idleMs, () => {
    if (deframer.unfinished) socket.destroy()
  })
  socket.on('data', (chunk: Buffer) => {
    for (const item of deframer.push(chunk)) {
      if (item.kind === 'message') answer(acceptFrame(store, item.bytes))
      else if (item.kind === 'outside')
        log.warn({ bytes: item.size }, 'bytes outside of an MLLP frame were skipped')
      else answer(refuseFrame(store, rejections[item.kind](item.size)))
    }
  })
  socket.on('end', () => {
    for (const item of deframer.end())
      if (item.kind === 'truncated') void refuseFrame(store, rejections.truncated(item.size))
    // Some senders half-close after the last message and then read the answers.
    void answers.finally(() => socket.end())
  })
  socket.on('error', (error) => {
    log.debug({ err: error }, 'an MLLP connection broke')
  })
}

const rejections = {
  truncated: (size: number) => `The message broke off after ${size} bytes`,
  'too-large': (size: number) => `The message has ${size} bytes, more than this server takes`,
}
