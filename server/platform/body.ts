import type { IncomingMessage } from 'node:http'
import { usualBody } from '../../contract/route.ts'
import { AppError } from './errors.ts'
import type { ApiContext } from './http.ts'
import { refuseUnstorableBody } from './input-guard.ts'

// Bodies are read here and nowhere else: after the caller is known and allowed, counted while they arrive, within a time and within one
// budget of all requests.

/** A body has this long to arrive, and a second more for every `bytesPerSecond` of it (Apache's mod_reqtimeout does the same). */
const bodyMs = 20_000
const bytesPerSecond = 32 * 1024
/** Bytes of bodies in memory over all requests; those of strangers apart, so that they take no room from people who are signed in. */
const budgets = {
  known: { left: 96 * 1024 * 1024 },
  stranger: { left: 16 * 1024 * 1024 },
}

type Lease = { budget: { left: number }; bytes: number }
const leases = new WeakMap<ApiContext, Lease>()

/** Takes room for bytes of this request that stay in memory until `releaseBody`. @throws {AppError} unavailable */
export function takeRoom(c: ApiContext, bytes: number): void {
  let lease = leases.get(c)
  if (!lease) leases.set(c, (lease = { budget: c.get('actor') ? budgets.known : budgets.stranger, bytes: 0 }))
  if (lease.budget.left < bytes)
    throw new AppError('unavailable', 'Too many large requests are under way. Try again in a moment.')
  lease.budget.left -= bytes
  lease.bytes += bytes
}

/** Gives the room of a request back, once it is answered. */
export function releaseBody(c: ApiContext): void {
  const lease = leases.get(c)
  if (!lease) return
  lease.budget.left += lease.bytes
  leases.delete(c)
}

/**
 * The body piece by piece. What is left unread when an answer goes out is dropped (unread.ts).
 * @param most bytes; what Content-Length says is only believed when it is more
 * @throws {AppError} too-large, too-slow
 */
export async function* bodyPieces(c: ApiContext, most: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new AppError('too-large', `At most ${readableSize(most)} can be sent to this address.`)
  if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge()
  const pieces = sourceOf(c)
  if (!pieces) return
  const late = Promise.withResolvers<never>()
  late.promise.catch(() => undefined)
  const began = performance.now()
  let bytes = 0
  const watch = () => {
    const left = began + waited + bodyMs + (bytes / bytesPerSecond) * 1000 - performance.now()
    if (left <= 0) late.reject(new AppError('too-slow'))
    else timer = setTimeout(watch, left)
  }
  // The time that the reader takes with a piece is not the sender's.
  let waited = 0
  let timer = setTimeout(watch, bodyMs)
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), late.promise]).catch((cause: unknown) => {
        if (cause instanceof AppError) throw cause
        throw new AppError('malformed-request', 'The body broke off.')
      })
      if (next.done) return
      const { value } = next
      bytes += value.length
      if (bytes > most) throw tooLarge()
      const given = performance.now()
      yield value
      waited += performance.now() - given
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The stream below the request: reading it directly spares a request object; leaving it early must not break the connection. */
function sourceOf(c: ApiContext): AsyncIterator<Uint8Array> | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: Partial<IncomingMessage> }
  if (incoming?.iterator) return incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
  return c.req.raw.body?.values({ preventCancel: true })
}

/** The whole body. @throws {AppError} too-large, too-slow, unavailable */
export async function bodyBytes(c: ApiContext, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of bodyPieces(c, most)) {
    takeRoom(c, piece.length)
    pieces.push(piece)
  }
  return pieces.length === 1 && Buffer.isBuffer(pieces[0]) ? pieces[0] : Buffer.concat(pieces)
}

/**
 * Reads the body as text, which `c.req.json()` then parses.
 * @throws {AppError} too-large, too-slow, unavailable, malformed-request
 */
export async function receiveText(c: ApiContext, most: number = usualBody): Promise<void> {
  const text = new TextDecoder().decode(await bodyBytes(c, most))
  refuseUnstorableBody(text)
  // Hono keeps promises there, whatever its type says.
  c.req.bodyCache.text = Promise.resolve(text) as unknown as string
}

const readableSize = (bytes: number) =>
  bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${Math.round(bytes / 1024 / 1024)} MB`
