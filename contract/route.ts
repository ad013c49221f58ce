import { z } from 'zod'
import type { Permission } from './access.ts'

/** Request and response of one HTTP route. The OpenAPI page, validation and the web client's types come from it. */
export type RouteContract = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Path below `/api/v1`, OpenAPI style: `/persons/{id}`. */
  readonly path: string
  /** The permission the caller needs; `signed-in` = any signed-in user, `public` = without sign-in, `portal` = a patient at the portal. */
  readonly permission: Permission | 'signed-in' | 'public' | 'portal'
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  /** Parameters of the query that may hold a name or number of a person: with one of them the list is asked by POST, see `personal.ts`. */
  readonly personal?: readonly string[]
  readonly body?: z.ZodType
  readonly response?: z.ZodType
  /** A body that is not JSON: the handler reads the stream. */
  readonly consumes?: string
  /** Bytes that a body may have at most, where these are more than `usualBody`. */
  readonly largestBody?: number
  /** A response that is not JSON: a file or a stream. */
  readonly produces?: string
  readonly status?: 200 | 201 | 202 | 204
  /** A call that works on an installation with one site, by somebody with the permission; shown in the reference. */
  readonly example?: {
    readonly params?: Readonly<Record<string, string | number>>
    readonly query?: Readonly<Record<string, string | number | boolean>>
    readonly body?: unknown
  }
}

/** Bytes that a body may have at most, unless its route says otherwise. */
export const usualBody = 256 * 1024
/** Definitions of questionnaires and pathways with all their texts. */
export const designBody = 4 * 1024 * 1024

/** Declares a route; the identity function keeps the literal types for handlers and clients. */
export function route<const R extends RouteContract>(contract: R): R {
  return contract
}

export const id = z.coerce.number().int().positive()
export const idParams = z.object({ id })
export const timestamp = z.iso.datetime({ offset: true })
export const calendarDate = z.iso.date()

export const pageQuery = z.object({
  cursor: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** Rows beyond this number are not counted: a list says "more than" instead. */
export const countedTo = 10_000

/** Query of a list that says how many rows there are in all, when `total` asks for it. */
export const countedQuery = pageQuery.extend({ total: z.stringbool().default(false) })

/** Query of a list that can also be ordered by some of its columns; `-name` is descending. */
export function listQuery<const K extends string>(...keys: [K, ...K[]]) {
  return countedQuery.extend({ sort: z.enum(keys.flatMap((key) => [key, `-${key}` as const])).optional() })
}

/** A page of a list; `nextCursor` is null on the last page. `total`, where asked for, counts to one more than `countedTo`. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.number().int().nullable().optional(),
  })
}

/** `?level=1&level=2` and `?level=1` both arrive as a list. */
export function many<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).optional(),
  )
}

export const errorBody = z.object({
  error: z.object({
    id: z.string(),
    message: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
})
