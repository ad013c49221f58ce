import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { log } from '../../platform/log.ts'
import { acceptFrame, refuseFrame } from './batch.ts'
import { Deframer, frame } from '../../modules/hl7/framer.ts'
import type { RawStore } from '../../modules/intake/store.ts'
import { type Connection, Connections } from './connections.ts'
import type { MllpTlsListener } from './tls.ts'

/** Outstanding answers per sender before we stop reading from it: bounds memory. */
const windowMessages = 256
/** A sender that takes no answer for this long is gone. */
const unreadMs = 60_000
/** How long accepted messages may take to be answered when the listener closes. */
const closeMs = 8000

export type Listener = { port: number; close: () => Promise<void> }

/**
 * MLLP server (HL7 "Transport Specification: MLLP, Release 1"): frames in, acknowledgements out, in order of arrival. With `tls`, TLS
 * only.
 * @param connections shared by the listeners of a process
 */
export async function listenMllp(
  store: RawStore,
  address: { host: string; port: number; tls?: Omit<MllpTlsListener, 'validTo'> | undefined },
  connections = new Connections(),
): Promise<Listener> {
  const sockets = new Set<Socket>()
  const busy = new Set<Promise<void>>()
  const usual = { keepAlive: true, noDelay: true, allowHalfOpen: true }
  const accept = (connection: Connection) => {
    const { socket } = connection
    sockets.add(socket)
    serve(connection, connections, store, busy)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = address.tls
    ? acceptTls(address.tls, usual, connections, accept)
    : createServer(usual, (socket) => {
        const connection = connections.admit(socket)
        if (connection) accept(connection)
      })
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

/** A connection counts from its first packet on, not only after the handshake. */
function acceptTls(
  { options, allows }: Omit<MllpTlsListener, 'validTo'>,
  usual: object,
  connections: Connections,
  accept: (connection: Connection) => void,
): Server {
  const shaking = new Map<string, Connection>()
  const nameOf = (socket: Socket) => `${socket.remoteAddress} ${socket.remotePort}`
  const server = createTlsServer({ ...usual, ...options }, (socket: TLSSocket) => {
    const connection = shaking.get(nameOf(socket))
    if (!connection) return socket.destroy()
    if (!allows(socket)) {
      log.warn({ address: connection.address }, 'an MLLP sender with a certificate that is not listed')
      return socket.destroy()
    }
    connection.socket = socket
    accept(connection)
  })
  server.on('connection', (socket: Socket) => {
    const connection = connections.admit(socket)
    if (!connection) return
    const name = nameOf(socket)
    shaking.set(name, connection)
    socket.once('close', () => shaking.delete(name))
  })
  // Failed TLS handshakes carry no message.
  server.on('tlsClientError', (error: Error) => {
    log.warn({ err: error }, 'an MLLP connection without the TLS that is asked for')
  })
  return server
}

/** Stops accepting messages, answers the accepted ones, then closes. */
async function closeAll(server: Server, sockets: Set<Socket>, busy: Set<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
  })
  for (const socket of sockets) socket.pause()
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, closeMs)
  await Promise.allSettled(busy)
  for (const socket of sockets) socket.end()
  for (const socket of sockets) socket.destroySoon()
  await closed
  clearTimeout(cut)
}

function serve(
  connection: Connection,
  connections: Connections,
  store: RawStore,
  busy: Set<Promise<void>>,
): void {
  const { socket } = connection
  const deframer = new Deframer()
  let answers: Promise<void> = Promise.resolve()

  const answer = (reply: Promise<Buffer>) => {
    connection.open += 1
    if (connection.open >= windowMessages) connections.pause(connection, 'answers')
    answers = answers
      .then(async () => {
        const bytes = await reply
        if (socket.writable && !socket.write(frame(bytes))) await taken(connection)
      })
      .finally(() => {
        connection.open -= 1
        if (connection.open < windowMessages / 2) connections.resume(connection, 'answers')
      })
    const mine = answers
    busy.add(mine)
    void mine.finally(() => busy.delete(mine))
  }
  const accept = async (bytes: Buffer): Promise<Buffer> => {
    connections.waitForStore(connection, bytes.length)
    try {
      const reply = await acceptFrame(store, bytes)
      connection.proven ||= /^MSA.AA/m.test(reply.toString('latin1').replaceAll('\r', '\n'))
      return reply
    } finally {
      connections.stored(bytes.length)
    }
  }

  socket.on('data', (chunk: Buffer) => {
    const items = deframer.push(chunk)
    for (const item of items) {
      if (item.kind === 'message') answer(accept(item.bytes))
      else if (item.kind === 'outside')
        log.warn({ bytes: item.size }, 'bytes outside of an MLLP frame were skipped')
      else answer(refuseFrame(store, rejections[item.kind](item.size)))
    }
    const began = items.length > 0
    connections.heard(
      connection,
      chunk.length,
      deframer.unfinished ? { held: deframer.held, began } : undefined,
    )
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

/** Resolves when the sender has taken its answers, or is gone: those that it leaves lying would fill the memory. */
async function taken(connection: Connection): Promise<void> {
  const { socket } = connection
  connection.unread = true
  const cut = setTimeout(() => socket.destroy(), unreadMs)
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
  clearTimeout(cut)
  connection.unread = false
}

const rejections = {
  truncated: (size: number) => `The message broke off after ${size} bytes`,
  'too-large': (size: number) => `The message has ${size} bytes, more than this server takes`,
}
