import type { RouteContract } from './route.ts'

// Names and numbers of persons stand in no address: addresses are kept by proxies, browsers and logs.

/** Where a list is asked by POST, with its query as the body. */
export const searchPath = (path: string) => `${path}/search`

type Sent = { method: RouteContract['method']; path: string; query?: Record<string, unknown>; body?: unknown }

/** How a call is sent: a query with a personal parameter travels in a body. */
export function sentAs(
  { method, path, personal }: Pick<RouteContract, 'method' | 'path' | 'personal'>,
  { query = {}, body }: { query?: Record<string, unknown> | undefined; body?: unknown },
): Sent {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  if (!given.some(([name]) => personal?.includes(name))) return { method, path, query, body }
  const texts = given.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)])
  return { method: 'post', path: searchPath(path), body: Object.fromEntries(texts) as object }
}
