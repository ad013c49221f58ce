import { isRaw, isStorable } from './json.ts'
import type { Resource } from './types.ts'

/** A reference inside a resource and its path, such as `participant[0].individual`. */
export type Found = { reference: string; path: string }

/** All literal references of a resource, in order, including contained resources. */
export function referencesIn(resource: Resource): Found[] {
  const found: Found[] = []
  visit(resource, '')
  return found

  function visit(value: unknown, path: string): void {
    if (Array.isArray(value)) value.forEach((one, at) => visit(one, `${path}[${at}]`))
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) {
        if (name === 'reference' && typeof one === 'string') found.push({ reference: one, path })
        else visit(one, path === '' ? name : `${path}.${name}`)
      }
  }
}

/** A copy with every literal reference replaced by `resolve`. */
export function withReferences<T>(value: T, resolve: (reference: string) => string): T {
  if (Array.isArray(value)) return value.map((one: unknown) => withReferences(one, resolve)) as T
  if (typeof value !== 'object' || value === null || isRaw(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, unknown]) => [
      name,
      name === 'reference' && typeof one === 'string' ? resolve(one) : withReferences(one, resolve),
    ]),
  ) as T
}

/** `Patient/17` → its parts; undefined for every other kind of reference. */
export function literal(reference: string | undefined): { type: string; id: string } | undefined {
  const [, type, id] = /^([A-Z][A-Za-z]{2,40})\/([A-Za-z0-9.-]{1,64})$/.exec(reference ?? '') ?? []
  return type !== undefined && id !== undefined ? { type, id } : undefined
}

/** `Location?identifier=system|value` → its parts; undefined for every other kind of reference. */
export function conditional(reference: string): { type: string; query: string } | undefined {
  const [, type, query] = /^([A-Z][A-Za-z]{2,40})\?(.+)$/s.exec(reference) ?? []
  return type !== undefined && query !== undefined ? { type, query } : undefined
}

const mostDepth = 40

/** Structural problems of JSON: excessive nesting (an attack), or text that the database cannot store. Walks without recursion. */
export function faultOf(json: unknown): string | null {
  const waiting: [value: unknown, depth: number][] = [[json, 1]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, depth] = next
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      return 'A text holds a NUL character or half a character.'
    if (typeof value !== 'object' || value === null) continue
    if (isRaw(value)) {
      if (!isStorable(value)) return 'A number has too many digits, or too large an exponent.'
      continue
    }
    if (depth > mostDepth) return `The resource is nested deeper than ${mostDepth} levels.`
    for (const [name, one] of Object.entries(value)) {
      if (name.includes('\0') || !name.isWellFormed())
        return 'A name holds a NUL character or half a character.'
      if (typeof one === 'string' || typeof one === 'object') waiting.push([one, depth + 1])
    }
  }
  return null
}
