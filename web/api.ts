import type { z } from 'zod'
import { sentAs } from '../contract/personal.ts'
import type { RouteContract } from '../contract/route.ts'
import { language } from './i18n/language.ts'

/** Keys the caller may leave out: optional ones and those with a default. */
type OptionalKeys<S extends z.ZodType> = {
  [K in keyof z.output<S>]-?: K extends keyof z.input<S>
    ? object extends Pick<z.input<S>, K>
      ? K
      : undefined extends z.output<S>[K]
        ? K
        : never
    : never
}[keyof z.output<S>]

/** Value types come from the output side, because the input side of a coerced number is `unknown`. */
type Send<S extends z.ZodType> = Omit<z.output<S>, OptionalKeys<S>> &
  Partial<Pick<z.output<S>, OptionalKeys<S>>>

type Part<Name extends string, S> = S extends z.ZodType
  ? object extends Send<S>
    ? Partial<Record<Name, Send<S>>>
    : Record<Name, Send<S>>
  : unknown

export type InputOf<C extends RouteContract> = Part<'params', C['params']> &
  Part<'query', C['query']> &
  Part<'body', C['body']>

export type AnswerOf<C extends RouteContract> = C extends { response: infer S extends z.ZodType }
  ? z.output<S>
  : undefined

export type InputArgs<C extends RouteContract> =
  object extends InputOf<C> ? [input?: InputOf<C>] : [input: InputOf<C>]

type CallOptions = { signal?: AbortSignal; keepalive?: boolean }
type RawInput = { params?: object; query?: Record<string, unknown>; body?: unknown }

export class ApiError extends Error {
  readonly status: number
  readonly id: string
  readonly fields: { path: string; message: string }[]

  constructor(status: number, id: string, message: string, fields: { path: string; message: string }[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.id = id
    this.fields = fields
  }
}

let key: string | undefined

/** A session that a workstation opened: its key, once there is one, goes with every call, and no cookie does. */
export function carryKey(next: string) {
  key = next
}

/** What tells the server who calls and in which language to answer. */
export function asCaller(): { credentials: RequestCredentials; headers: Record<string, string> } {
  return {
    credentials: key === undefined ? 'same-origin' : 'omit',
    headers: { 'accept-language': language(), ...(key && { authorization: `Bearer ${key}` }) },
  }
}

let onSignedOut = () => {}

/** The app says what to do when the session has ended while somebody was working. */
export function whenSignedOut(handler: () => void) {
  onSignedOut = handler
}

export function addressOf(contract: Pick<RouteContract, 'path'>, input: RawInput = {}): string {
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((input.params as Record<string, unknown> | undefined)?.[name])),
  )
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(input.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(key, String(one))
    }
  }
  const query = search.toString()
  return `/api/v1${path}${query ? `?${query}` : ''}`
}

export async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const error = (body as { error?: { id?: string; message?: string; fields?: [] } } | null)?.error
  return new ApiError(
    response.status,
    error?.id ?? `http-${response.status}`,
    error?.message ?? response.statusText,
    error?.fields,
  )
}

const writing = new Set<Promise<unknown>>()

/** Resolves when nothing is being written any more, what follows from a write included. */
export async function written(): Promise<void> {
  do {
    await Promise.allSettled(writing)
    // Whoever waited for a write may begin the next one now.
    await new Promise((resolve) => setTimeout(resolve))
  } while (writing.size > 0)
}

/** One request without knowledge of contracts: the sign-in screen uses it and stays free of zod. */
export function send(...request: Parameters<typeof fetchJson>): Promise<unknown> {
  const answer = fetchJson(...request)
  if (request[0].toLowerCase() === 'get') return answer
  writing.add(answer)
  return answer.finally(() => writing.delete(answer))
}

async function fetchJson(
  method: string,
  address: string,
  body?: unknown,
  options: { signal?: AbortSignal | undefined; keepalive?: boolean } = {},
): Promise<unknown> {
  const { credentials, headers } = asCaller()
  const response = await fetch(address, {
    method: method.toUpperCase(),
    credentials,
    keepalive: options.keepalive ?? false,
    signal: options.signal ?? null,
    headers: {
      accept: 'application/json',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'network', 'network')
  })
  if (!response.ok) throw await readError(response)
  return response.status === 204 ? undefined : response.json()
}

export async function call<C extends RouteContract>(
  contract: C,
  ...rest: [...InputArgs<C>, options?: CallOptions]
): Promise<AnswerOf<C>> {
  const [input, options] = rest as unknown as [RawInput | undefined, CallOptions | undefined]
  const { params, ...raw } = input ?? {}
  const { method, path, query, body } = sentAs(contract, raw)
  // A search changes nothing, so nobody waits for it.
  const ask = contract.method === 'get' ? fetchJson : send
  try {
    return (await ask(method, addressOf({ path }, { params, query }), body, options)) as AnswerOf<C>
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) onSignedOut()
    throw error
  }
}
