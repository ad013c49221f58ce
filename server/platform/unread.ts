import type { IncomingMessage, ServerResponse } from 'node:http'
import { usualBody } from '../../contract/route.ts'

/** Time for a caller to read its answer before the connection is closed. */
const lingerMs = 1000

/**
 * Closes connections whose request was answered before its body was read. A small rest is thrown away as it comes, so that the connection can
 * be used again; of a large one nothing more is read. Closing at once could take the answer back from a caller that is still sending.
 */
export function dropUnread(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return
  outgoing.once('finish', () => {
    if (incoming.complete) return
    const { socket } = incoming
    const rest = Number(incoming.headers['content-length'] ?? Infinity)
    // Node itself begins to read the rest when an answer is finished.
    setImmediate(() => {
      if (rest > usualBody) socket.pause()
      else incoming.resume()
    })
    const close = setTimeout(() => {
      if (!incoming.complete) socket.destroy()
    }, lingerMs)
    incoming.once('end', () => {
      clearTimeout(close)
    })
  })
}
