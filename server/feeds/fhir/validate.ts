import type { z } from 'zod'
import { elementIssues } from './element.ts'
import { parseJson } from './json.ts'
import { FhirError, type Issue } from './outcome.ts'
import { faultOf } from './reference.ts'
import { type Definition, definitions, type Resource } from './types.ts'

const mostIssues = 50

/** Maximum length of a resource as JSON; a bundle may be longer (see the route's limit). */
const mostCharacters = 4 * 1024 * 1024

/** Parses a request as JSON that can be stored. @throws {FhirError} 400 */
export function readJson(text: string): Resource {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw new FhirError(400, { code: 'structure', diagnostics: 'The body is not JSON.' })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new FhirError(400, { code: 'structure', diagnostics: 'The body is not a FHIR resource.' })
  const fault = faultOf(json)
  if (fault !== null) throw new FhirError(400, { code: 'structure', diagnostics: fault })
  return json as Resource
}

type Judged = { definition: Definition; resource: Resource } | { issues: Issue[] }

/** Validates a resource against its type's schema; each error with its FHIRPath. */
export function judge(json: unknown, path: string, expectedType: string | null): Judged {
  const issue = (code: Issue['code'], diagnostics: string, expression = path): Judged => ({
    issues: [{ code, diagnostics, expression }],
  })
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return issue('required', 'A resource is missing.')
  const type = (json as Record<string, unknown>)['resourceType']
  if (typeof type !== 'string') return issue('required', 'resourceType is required.', `${path}.resourceType`)
  if (expectedType !== null && type !== expectedType)
    return issue(
      'value',
      `The URL says ${expectedType}, the resource is of type ${type.slice(0, 60)}.`,
      `${path}.resourceType`,
    )
  const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined
  if (!definition)
    return issue('not-supported', `Resources of type ${type.slice(0, 60)} are not kept here; see metadata.`)
  if (definition.readOnly)
    return issue(
      'not-supported',
      `A ${type} is made here and only read by FHIR; an Appointment with a slot books it.`,
    )
  const result = definition.schema.safeParse(json)
  const faults = result.success ? [] : result.error.issues.map((one) => toIssue(one, path))
  const named = new Set(faults.map((one) => one.expression))
  const others = elementIssues(json, type, path, mostIssues).filter((one) => !named.has(one.expression))
  if (faults.length + others.length > 0) return { issues: [...faults, ...others].slice(0, mostIssues) }
  if (JSON.stringify(json).length > mostCharacters)
    return issue('too-long', `A resource is at most ${mostCharacters} characters long.`)
  return { definition, resource: json as Resource }
}

function toIssue(one: z.core.$ZodIssue, path: string): Issue {
  const expression = one.path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    path,
  )
  const name = expression.slice(path.length + 1)
  if (one.code === 'invalid_type' && one.message.endsWith('received undefined'))
    return { code: 'required', diagnostics: `${name} is required.`, expression }
  if (one.code === 'invalid_value')
    return { code: 'value', diagnostics: `${name} must be one of ${one.values.join(', ')}.`, expression }
  const what = one.message.replace(/^Invalid input: /, '')
  return {
    code: one.code === 'invalid_type' ? 'structure' : 'value',
    diagnostics: `${name}: ${what}.`,
    expression,
  }
}
