import type { MiddlewareHandler } from 'hono'
import { searchPath } from '../../contract/personal.ts'
import type { RouteContract } from '../../contract/route.ts'
import { AppError } from './errors.ts'

/**
 * Refuses NUL characters in addresses, before anything looks at them: PostgreSQL takes none in a text.
 * @throws {AppError} malformed-request
 */
export const refuseUnstorable: MiddlewareHandler = async (c, next) => {
  if (c.req.url.includes('%00'))
    throw new AppError('malformed-request', 'The address holds a NUL character, which no text here may hold.')
  await next()
}

/**
 * Refuses NUL characters and half surrogate pairs in a JSON body (RFC 8259, 8.2 allows both as escapes). Files are checked as they are read,
 * and so are the bodies of FHIR, which may be packed.
 * @throws {AppError} malformed-request
 */
export function refuseUnstorableBody(text: string): void {
  // Most bodies have no such escape; those that do may have it behind a backslash.
  if (/\\u(?:0000|d[89a-f])/i.test(text) && !isStorable(parsed(text)))
    throw new AppError(
      'malformed-request',
      'The body holds a NUL character or half of a surrogate pair, which no text here may hold.',
    )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever reads the body says what is wrong with it.
    return null
  }
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner))
}

/**
 * Refuses query parameters that the route does not know: a filter that is ignored answers with everybody.
 * @throws {AppError} unknown-parameter, with the nearest name that is known
 */
export function refuseUnknownParameters(contract: RouteContract): MiddlewareHandler {
  const known = Object.keys(contract.query?.shape ?? {})
  const near = [...known, ...(contract.personal ?? [])]
  const personal = new Set(contract.personal)
  return async (c, next) => {
    if (c.req.url.includes('?')) {
      const unknown = [...new Set(new URL(c.req.url).searchParams.keys())].filter(
        (name) => !known.includes(name),
      )
      if (unknown.length > 0)
        throw new AppError(
          'unknown-parameter',
          `There is no parameter ${unknown.join(', ')} here.${known.length > 0 ? '' : ' This route takes none.'}`,
          unknown.map((name) => ({
            path: name,
            message: personal.has(name)
              ? `may name a person: send it by POST to ${searchPath(contract.path)}, with all parameters in the body`
              : hint(name, near),
          })),
        )
    }
    await next()
  }
}

function hint(name: string, known: string[]): string {
  if (known.length === 0) return 'is not known; this route takes no parameters'
  const nearest = known.reduce((one, other) => (distance(name, other) < distance(name, one) ? other : one))
  // A name that would have to be written anew is no slip of the pen.
  const close = distance(name, nearest) <= Math.max(2, Math.floor(name.length / 2)) && name.length > 1
  return `is not known;${close ? ` did you mean ${nearest}?` : ''} known are ${known.join(', ')}.`
}

/** Edit distance (Levenshtein), without case. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, sign] of [...one.toLowerCase()].entries()) {
    const next = [at + 1]
    for (const [to, wanted] of [...other.toLowerCase()].entries())
      next.push(
        Math.min((next[to] ?? 0) + 1, (row[to + 1] ?? 0) + 1, (row[to] ?? 0) + (sign === wanted ? 0 : 1)),
      )
    row = next
  }
  return row.at(-1) ?? 0
}
