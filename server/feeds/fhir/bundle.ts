import { z } from 'zod'
import type { WriteEntry } from './item.ts'
import { FhirError, type Issue } from './outcome.ts'
import { controls, refuseUnstorable } from './subset.ts'
import type { Resource } from './types.ts'
import { judge } from './validate.ts'

/** A read or a search inside a bundle. */
export type ReadEntry = { interaction: 'read'; path: string; type: string; id: string | null; query: string }
export type BundleEntry = WriteEntry | ReadEntry

export type Bundle = {
  type: 'transaction' | 'batch'
  timestamp: Date | null
  /** The error of an invalid entry of a batch; a transaction is refused as a whole. */
  entries: (BundleEntry | FhirError)[]
}

const mostEntries = 10_000

const shape = z.looseObject({
  resourceType: z.literal('Bundle'),
  type: z.string(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  entry: z.array(z.unknown()).default([]),
})
const entryShape = z.looseObject({
  fullUrl: z.string().max(2000).optional(),
  resource: z.unknown().optional(),
  request: z.looseObject({
    method: z.string(),
    url: z.string().max(4000),
    ifNoneExist: z.string().max(4000).optional(),
    ifMatch: z.string().max(200).optional(),
    ifNoneMatch: z.string().optional(),
  }),
})

/** Reads a transaction or batch. @throws {FhirError} 400 with all errors of a transaction */
export function readBundle(json: Resource): Bundle {
  const bundle = shape.safeParse(json)
  if (!bundle.success || (bundle.data.type !== 'transaction' && bundle.data.type !== 'batch'))
    throw new FhirError(400, {
      code: 'value',
      diagnostics: 'Expected a Bundle of type transaction or batch.',
      expression: 'Bundle.type',
    })
  const { type, timestamp, entry } = bundle.data
  if (entry.length > mostEntries)
    throw new FhirError(413, {
      code: 'too-costly',
      diagnostics: `A bundle may have at most ${mostEntries} entries.`,
      expression: 'Bundle.entry',
    })
  const entries = entry.map((one, at) => readEntry(one, `Bundle.entry[${at}]`))
  const faults = entries.filter((one) => one instanceof FhirError)
  const [first] = faults
  if (type === 'transaction' && first)
    throw new FhirError(first.status, ...faults.flatMap((one) => one.issues).slice(0, 50))
  return { type, timestamp: timestamp === undefined ? null : new Date(timestamp), entries }
}

function readEntry(json: unknown, path: string): BundleEntry | FhirError {
  const entry = entryShape.safeParse(json)
  if (!entry.success)
    return new FhirError(400, {
      code: 'required',
      diagnostics: 'An entry needs a request with method and url.',
      expression: `${path}.request`,
    })
  const { request, fullUrl, resource } = entry.data
  const [address, query] = split(request.url.replace(/^\//, ''))
  const [type, id, ...rest] = address.split('/') as [string, string?, ...string[]]
  const fault = (issue: Issue, status = 400) => new FhirError(status, issue)
  if (!/^[A-Z]\w{2,40}$/.test(type) || rest.length > 0)
    return fault({
      code: 'value',
      diagnostics:
        'The url must be relative, such as Patient, Patient/17 or Patient?identifier=system|value.',
      expression: `${path}.request.url`,
    })
  const method = request.method.toUpperCase()
  if (method !== 'GET' && request.ifNoneMatch !== undefined)
    return fault({ code: 'not-supported', diagnostics: noneMatch, expression: `${path}.request.ifNoneMatch` })
  if (method === 'GET') return { interaction: 'read', path, type, id: id ?? null, query }
  if (method !== 'POST' && method !== 'PUT')
    return fault({
      code: 'not-supported',
      diagnostics: `${method.slice(0, 20)} is not supported; GET, POST and PUT are.`,
      expression: `${path}.request.method`,
    })
  return readWrite({
    path: `${path}.resource`,
    fullUrl: fullUrl ?? null,
    method,
    type,
    id: id ?? null,
    query: method === 'POST' ? (request.ifNoneExist ?? null) : query || null,
    ifMatch: request.ifMatch ?? null,
    resource,
  })
}

/** Passing it over would overwrite what it protects. */
export const noneMatch = 'If-None-Match is not supported for writes; If-None-Exist is, for creates.'

function split(url: string): [string, string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

export type WriteRequest = {
  path: string
  fullUrl: string | null
  method: 'POST' | 'PUT'
  type: string
  id: string | null
  query: string | null
  ifMatch: string | null
  resource: unknown
}

/** Checks one create or update. */
export function readWrite(request: WriteRequest): WriteEntry | FhirError {
  const { path, fullUrl, method, type, id, query, ifMatch } = request
  const judged = judge(request.resource, path, type)
  if ('issues' in judged)
    return new FhirError(judged.issues[0]?.code === 'not-supported' ? 422 : 400, ...judged.issues)
  const { definition, resource } = judged
  const fault = (diagnostics: string) =>
    new FhirError(400, { code: 'value', diagnostics, expression: `${path}.id` })
  if (method === 'POST' && id !== null) return fault('A create goes to the type, without an id.')
  if (method === 'PUT' && id === null && query === null)
    return fault('An update names the id, or a search that finds the resource.')
  if (method === 'PUT' && id !== null && resource.id !== id)
    return fault(`The resource must have the id of the URL, ${id.slice(0, 64)}.`)
  return {
    path,
    fullUrl,
    type,
    definition,
    id: method === 'PUT' ? id : null,
    // Normalises conditions, so that the order of parameters does not matter.
    query: query === null ? null : normalQuery(query),
    interaction: method === 'POST' ? 'create' : 'update',
    ifMatch,
    resource,
  }
}

function normalQuery(query: string): string {
  const parameters = new URLSearchParams(query.replace(/^[^?=]*\?/, ''))
  for (const name of controls) parameters.delete(name)
  for (const [name, value] of parameters) refuseUnstorable(name, value)
  parameters.sort()
  return parameters.toString()
}
