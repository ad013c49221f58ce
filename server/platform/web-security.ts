import type { Context, MiddlewareHandler } from 'hono'
import { AppError } from './errors.ts'
import type { ApiEnvironment } from './http.ts'

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  // Ant Design writes its styles into the page while it runs.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Set before the handler, because touching the answer afterwards would cost every request a copy of it. */
export function securityHeaders(options: { https: boolean }): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    // The place of a home visit, if the visitor allows it.
    c.header('Permissions-Policy', 'camera=(), microphone=(self), geolocation=(self)')
    if (options.https) c.header('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    await next()
  }
}

/** Lets a page be shown in frames of these origins; without any, it stays as strict as all others. */
export function allowFraming(c: Context, origins: string[]): void {
  if (origins.length === 0) return
  c.header(
    'Content-Security-Policy',
    contentSecurityPolicy.replace("frame-ancestors 'none'", `frame-ancestors ${origins.join(' ')}`),
  )
  // X-Frame-Options supports no list of origins, and browsers with frame-ancestors ignore it.
  c.header('X-Frame-Options', undefined)
}

/** Lets a page connect to these origins besides its own. */
export function allowConnecting(c: Context, origins: string[]): void {
  if (origins.length === 0) return
  c.header(
    'Content-Security-Policy',
    contentSecurityPolicy.replace("connect-src 'self'", `connect-src 'self' ${origins.join(' ')}`),
  )
}

/** Public addresses that servers of others call, each call with a proof of its own. */
const calledByServers = /^\/api\/v1\/(channels\/\d+\/receipts|mailboxes\/\d+\/mail|telephony\/events)$/

/**
 * Refuses writes that another site makes with our visitor's cookie. Browsers send the origin of a request; one without origin and API key
 * is not from our pages.
 */
export function refuseCrossSite(publicUrl: string | undefined): MiddlewareHandler<ApiEnvironment> {
  const publicHost = publicUrl && new URL(publicUrl).host
  return async (c, next) => {
    const reads = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)
    const signs = calledByServers.test(c.req.path) && c.req.header('cookie') === undefined
    if (!reads && !signs && c.req.header('authorization') === undefined && !sameSite(c, publicHost))
      throw new AppError('cross-site')
    await next()
  }
}

function sameSite(c: Context, publicHost: string | undefined): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = c.req.header('origin')
  if (!origin || !URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return host === c.req.header('host') || host === publicHost
}

/** The caller's address: the socket's, or the one reported by the nearest `trusted` proxies. */
export function callerAddress(c: Context, trustedProxies: number): string | null {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  const socket = incoming?.socket?.remoteAddress ?? null
  if (trustedProxies === 0) return plainAddress(socket)
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  // Each proxy appends the address it was called from, so the last entries are the trusted ones.
  return plainAddress(hops.filter(Boolean).at(-trustedProxies) ?? socket)
}

function plainAddress(address: string | null): string | null {
  return address?.replace(/^::ffff:/, '') ?? null
}
