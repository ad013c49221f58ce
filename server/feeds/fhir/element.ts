import { elements } from './elements.ts'
import { isNumber, textOf } from './json.ts'
import type { Issue } from './outcome.ts'
import { isTime, spanOf } from './time.ts'

// Every element that R4 defines is checked against its type, also those that are only kept as sent. Elements that R4 does not know are kept.

export type Element = { type: string; many: boolean }

function readTable(text: string): Map<string, Element> {
  return new Map(
    text.split(' ').flatMap((part) => {
      const [type = '', names = ''] = part.split(':')
      return names
        .split(',')
        .map((name): [string, Element] => [name.replace('*', ''), { type, many: name.endsWith('*') }])
    }),
  )
}

/** Elements by type and name. */
export const tables = new Map(Object.entries(elements).map(([path, text]) => [path, readTable(text)]))
tables.set('Element', new Map())
const ofElement = readTable('string:id Extension:extension*,modifierExtension*')
const ofResource = readTable(
  'id:id Meta:meta uri:implicitRules code:language Narrative:text Resource:contained* Extension:extension*,modifierExtension*',
)

const longest = 1_048_576
const clock = String.raw`([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?`
const zone = String.raw`(Z|[+-](0\d|1[0-4]):[0-5]\d)`
const month = String.raw`\d{4}-(0[1-9]|1[0-2])`
const day = String.raw`${month}-(0[1-9]|[12]\d|3[01])`
const patterns = {
  time: new RegExp(`^${clock}$`),
  date: new RegExp(`^(\\d{4}|${month}|${day})$`),
  dateTime: new RegExp(`^(\\d{4}|${month}|${day}|${day}T${clock}${zone})$`),
  instant: new RegExp(`^${day}T${clock}${zone}$`),
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= longest &&
  !/[\0-\x08\v\f\x0e-\x1f]/.test(value)
const matches = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value)
const exists = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value) && isTime(value)
const isWhole = (least: number) => (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 2_147_483_647
const isAddress = matches(/^\S+$/)

/** http://hl7.org/fhir/R4/datatypes.html#primitive: whether a value is of the type, and what is expected. */
const primitives: Record<string, { is: (value: unknown) => boolean; expected: string }> = {
  boolean: { is: (value) => typeof value === 'boolean', expected: 'true or false, without quotes' },
  integer: { is: isWhole(-2_147_483_648), expected: 'a whole number of 32 bits' },
  unsignedInt: { is: isWhole(0), expected: 'a whole number from 0 on' },
  positiveInt: { is: isWhole(1), expected: 'a whole number from 1 on' },
  decimal: { is: isNumber, expected: 'a number, without quotes' },
  string: { is: isText, expected: 'a text that is not empty, without control characters' },
  markdown: { is: isText, expected: 'a text that is not empty, without control characters' },
  xhtml: { is: matches(/^\s*<div[\s>]/), expected: 'XHTML within a <div>' },
  code: { is: matches(/^[^\s]+( [^\s]+)*$/), expected: 'a code: no space at the ends, no double space' },
  id: { is: matches(/^[A-Za-z0-9.-]{1,64}$/), expected: 'an id: letters, digits, - and . only, at most 64' },
  uri: { is: isAddress, expected: 'a URI without spaces' },
  url: { is: isAddress, expected: 'a URL without spaces' },
  canonical: { is: isAddress, expected: 'a canonical URL without spaces' },
  oid: { is: matches(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/), expected: 'an OID such as urn:oid:1.2.3' },
  uuid: {
    is: matches(/^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i),
    expected: 'a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  },
  base64Binary: {
    is: (value) =>
      typeof value === 'string' &&
      /^[\sA-Za-z\d+/]+={0,2}\s*$/.test(value) &&
      value.replaceAll(/\s/g, '').length % 4 === 0,
    expected: 'Base64',
  },
  date: { is: exists(patterns.date), expected: 'a date that exists, such as 1970-01-02, 1970-01 or 1970' },
  dateTime: {
    is: exists(patterns.dateTime),
    expected: 'a time that exists, such as 2026-01-02T03:04:05+08:00, or a date',
  },
  instant: { is: exists(patterns.instant), expected: 'an instant such as 2026-01-02T03:04:05.678+08:00' },
  time: { is: matches(patterns.time), expected: 'a time of day such as 03:04:05' },
}

type Waiting = { value: unknown; type: string; path: string; root: boolean }

/** Elements of a resource that are not of their type. @param most at most that many are named */
export function elementIssues(resource: unknown, type: string, path: string, most: number): Issue[] {
  const issues: Issue[] = []
  const waiting: Waiting[] = [{ value: resource, type, path, root: true }]
  const fault = (where: string, expected: string) => {
    const name = where.slice(path.length + 1)
    issues.push({ code: 'value', diagnostics: `${name} is not ${expected}.`, expression: where })
  }
  for (let next = waiting.pop(); next && issues.length < most; next = waiting.pop()) {
    const table = tables.get(next.type)
    if (!table) continue
    const faults = next.type === 'Period' && next.value !== null ? periodFault(next.value as Period) : null
    if (faults) fault(next.path, faults)
    for (const [key, value] of Object.entries(next.value as object)) {
      const [name, beside] = key.startsWith('_') ? [key.slice(1), true] : [key, false]
      const element = table.get(name) ?? (next.root ? ofResource : ofElement).get(name)
      if (!element) continue
      const where = `${next.path}.${key}`
      if (Array.isArray(value) !== element.many) {
        fault(where, element.many ? 'a list, which R4 has here' : 'a single value, which R4 has here')
        continue
      }
      const primitive = primitives[element.type]
      const values: unknown[] = element.many ? (value as unknown[]) : [value]
      for (const [at, one] of values.entries()) {
        const here = element.many ? `${where}[${at}]` : where
        // In lists of primitives a null keeps the place of one that has only extensions, or none.
        if (one === null && element.many && (primitive || beside)) continue
        if (primitive && !beside) {
          if (!primitive.is(one)) fault(here, primitive.expected)
        } else if (typeof one !== 'object' || one === null || Array.isArray(one)) fault(here, 'an object')
        else {
          const inner =
            element.type === 'Resource' ? (one as { resourceType?: unknown }).resourceType : element.type
          const type = beside ? 'Element' : String(inner)
          waiting.push({ value: one, type, path: here, root: element.type === 'Resource' })
        }
      }
    }
  }
  return issues
}

type Period = { start?: unknown; end?: unknown }

/** Rule per-1. Each side is as long as it was stated: a year that ends a period may contain its start. */
function periodFault({ start, end }: Period): string | null {
  const [from, to] = [start, end].map((one) => (typeof one === 'string' ? spanOf(one, 'UTC') : undefined))
  // Without a time zone a day may begin 14 hours earlier or later.
  const slack = [start, end].every((one) => String(one).includes('T')) ? 0 : 14 * 3_600_000
  return from && to && to.end.getTime() + slack <= from.start.getTime()
    ? `a period: it ends (${textOf(end)}) before it starts (${textOf(start)})`
    : null
}
