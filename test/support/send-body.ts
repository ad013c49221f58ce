import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

type Answer = { status: number; text: string; retryAfter: boolean; sent: number }

/** Sends a body until something is answered or all is sent; chunked unless a length is stated. */
export async function sendBody(
  port: number,
  target: { method: string; path: string },
  bytes: number,
  headers: Record<string, string> = {},
  length?: number,
): Promise<Answer> {
  const socket: Socket = connect({ host: '127.0.0.1', port })
  const piece = Buffer.alloc(64 * 1024, ' ')
  let text = ''
  let sent = 0
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').catch(() => undefined)
  const all = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
    ...(length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) }),
    ...headers,
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${target.method} ${target.path} HTTP/1.1\r\n${head.join('')}\r\n`)
  while (sent < bytes && text === '' && !socket.destroyed) {
    if (length === undefined) socket.write(`${piece.length.toString(16)}\r\n`)
    const full = !socket.write(piece)
    if (length === undefined) socket.write('\r\n')
    sent += piece.length
    if (full) await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
    else await new Promise((resolve) => setImmediate(resolve))
  }
  if (length === undefined && text === '') socket.write('0\r\n\r\n')
  const hasEnd = () => /\r\n\r\n[^]*(\}|0\r\n\r\n)$/.test(text) || /content-length: 0\r\n/i.test(text)
  while (!hasEnd() && !socket.destroyed)
    await Promise.race([once(socket, 'data').catch(() => undefined), closed])
  socket.destroy()
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
    text,
    retryAfter: /^retry-after: \d+\r$/im.test(text),
    sent,
  }
}
