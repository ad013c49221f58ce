import { FhirError } from './outcome.ts'
import type { Resource } from './types.ts'

/** What of a resource is asked for: http://hl7.org/fhir/R4/search.html#summary. */
export type Subset = { elements: Set<string> | null; withoutText: boolean }

/** Elements without which a resource is none; the rest by `_elements`. */
const always = [
  'resourceType',
  'id',
  'meta',
  'status',
  'code',
  'class',
  'subject',
  'patient',
  'participant',
  'intent',
]

/** Reads `_summary` and `_elements`. @throws {FhirError} 400 for summaries that are not answered */
export function readSubset(parameters: URLSearchParams): Subset {
  const summary = parameters.get('_summary') ?? 'false'
  if (!['false', 'data', 'count'].includes(summary))
    throw new FhirError(400, {
      code: 'not-supported',
      diagnostics: `_summary can be count, data or false here, not ${summary.slice(0, 40)}; _elements names elements.`,
    })
  const elements = parameters.get('_elements')
  const names = elements?.split(',').map((one) => one.trim()) ?? []
  if (names.some((name) => !/^[A-Za-z]\w*$/.test(name)))
    throw new FhirError(400, {
      code: 'value',
      diagnostics: '_elements expects names of elements at the top of the resource, such as identifier,name.',
    })
  return { elements: elements === null ? null : new Set(names), withoutText: summary === 'data' }
}

/** The asked part, tagged as such so that nobody writes it back for the whole. */
export function subsetOf(resource: Resource, { elements, withoutText }: Subset): Resource {
  if (!elements && !withoutText) return resource
  const meta = (resource['meta'] ?? {}) as { tag?: unknown[] }
  const tag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
  const kept = Object.entries(resource).filter(([name]) =>
    elements ? always.includes(name) || elements.has(name.replace(/^_/, '')) : name !== 'text',
  )
  return { ...(Object.fromEntries(kept) as Resource), meta: { ...meta, tag: [...(meta.tag ?? []), tag] } }
}

/** Control parameters of every request. */
export const controls = ['_format', '_pretty']
export const readParameters = [...controls, '_summary', '_elements']

/** @throws {FhirError} 400 for parameters that nothing would be done with */
export function refuseUnknown(parameters: URLSearchParams, known: string[]): void {
  for (const name of parameters.keys())
    if (!known.includes(name))
      throw new FhirError(400, {
        code: 'not-supported',
        diagnostics: `${name.slice(0, 60)} is no parameter of this request; there are ${known.join(', ')}.`,
      })
}

/** Texts of an address, decoded. @throws {FhirError} 400 for what the database cannot hold */
export function refuseUnstorable(...texts: string[]): void {
  if (texts.some((text) => text.includes('\0') || !text.isWellFormed()))
    throw new FhirError(400, {
      code: 'value',
      diagnostics: 'The address holds a NUL character or half a character.',
    })
}
