import { z } from 'zod'

type Schema = {
  $ref?: string
  $defs?: Record<string, Schema>
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  propertyNames?: Schema
  items?: Schema
  prefixItems?: Schema[]
  minItems?: number
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  format?: string
  pattern?: string
  default?: unknown
}

/** Values by the name of a property, used in place of made-up ones. */
export type Known = Record<string, unknown>

const strings = [
  '示例',
  'sample',
  'SAMPLE',
  '2026-11',
  '2026-11-18',
  '08:00',
  'PID-3',
  'CN',
  'sample-1',
  '13800001111',
  'a@example.test',
  'MQ',
  'true',
  'CNY',
  'I10',
  '/tasks',
  'a'.repeat(32),
]
const formats: Record<string, string> = {
  'date-time': '2026-11-18T02:00:00Z',
  date: '2026-11-18',
  time: '08:00:00',
  email: 'sample@example.test',
  uri: 'https://example.test/',
  uuid: '6f1ed002-ab58-4a6f-8b7c-2d2f3c0e7a11',
}

/** A value that a contract's schema accepts as far as a schema can say; `every` fills optional properties, too. */
export function sampleOf(schema: z.ZodType, known: Known = {}, every = false): unknown {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema
  return sample(root, { root, known, every, depth: 0 })
}

type Context = { root: Schema; known: Known; every: boolean; depth: number }

function sample(schema: Schema, context: Context): unknown {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/$defs/', '')
    const target = schema.$ref === '#' ? context.root : context.root.$defs?.[name]
    return sample(target ?? {}, { ...context, depth: context.depth + 1 })
  }
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choices = (schema.anyOf ?? schema.oneOf)?.filter((one) => one.type !== 'null')
  if (choices) {
    // What contains itself has to end.
    const ends = choices.find((one) => !JSON.stringify(one).includes('"$ref"'))
    return sample((context.depth > 3 ? ends : undefined) ?? choices[0] ?? {}, context)
  }
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((one) => sample(one, context))) as Record<string, unknown>
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object' || schema.properties) return objectOf(schema, context)
  if (type === 'array') return arrayOf(schema, context)
  if (type === 'boolean') return false
  if (type === 'null') return null
  if (type === 'integer' || type === 'number')
    return Math.max(schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1, Math.min(1, schema.maximum ?? 1))
  return type === 'string' ? stringOf(schema) : 'sample'
}

function objectOf(schema: Schema, context: Context): Record<string, unknown> {
  const required = new Set(schema.required)
  const deep = context.depth > 2
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, unknown][] => {
      // The same name may be an object elsewhere.
      const known =
        Object.hasOwn(context.known, name) &&
        !(typeof context.known[name] === 'string' && isObject(property, context))
      if (known) return [[name, context.known[name]]]
      if (!required.has(name) && (!context.every || deep)) return []
      return [[name, sample(property, { ...context, depth: context.depth + 1 })]]
    }),
  )
}

const isObject = (schema: Schema, { root }: Context): boolean => {
  const plain = schema.$ref ? (root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}) : schema
  return (
    plain.type === 'object' ||
    plain.properties !== undefined ||
    (plain.anyOf ?? []).some((one) => one.type === 'object')
  )
}

function arrayOf(schema: Schema, context: Context): unknown[] {
  if (schema.prefixItems) return schema.prefixItems.map((one) => sample(one, context))
  const length = Math.max(schema.minItems ?? 0, context.depth > 3 ? 0 : 1)
  return Array.from({ length }, () => sample(schema.items ?? {}, { ...context, depth: context.depth + 1 }))
}

function stringOf({ format, pattern, minLength = 0, maxLength = 1000 }: Schema): string {
  const known = format && formats[format]
  if (known) return known
  const fits = (one: string) =>
    one.length >= minLength && one.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(one))
  return (
    strings.find(fits) ??
    strings.map((one) => one.padEnd(minLength, '例').slice(0, maxLength)).find(fits) ??
    'sample'
  )
}
