import type { z } from 'zod'

export type FieldShape = {
  type: string
  required: boolean
  nullable: boolean
  maxLength?: number
  min?: number
  max?: number
  whole: boolean
  options: readonly string[]
}

type Definition = { type: string; innerType?: z.ZodType; out?: z.ZodType; in?: z.ZodType; entries?: object }
type Limits = {
  maxLength?: number | null
  minValue?: number | null
  maxValue?: number | null
  format?: string | null
}

/** What a form has to know about one field of a zod schema: its kind, whether it may be left out, its limits. */
export function shapeOf(schema: z.ZodType | undefined): FieldShape {
  let nullable = false
  let required = true
  let inner = schema
  while (inner) {
    const { type, innerType, out, in: input } = inner.def as unknown as Definition
    if (type === 'optional' || type === 'default' || type === 'prefault') required = false
    if (type === 'nullable') nullable = true
    // A preprocessed value is what comes out; a transformed one is what goes in.
    const next = innerType ?? ((out?.def as Definition | undefined)?.type === 'transform' ? input : out)
    if (!next) break
    inner = next
  }
  const { type = 'unknown', entries } = (inner?.def ?? {}) as Partial<Definition>
  const { maxLength, minValue, maxValue, format } = (inner ?? {}) as Limits
  const limit = (value: number | null | undefined) =>
    value != null && Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined
  const [length, min, max] = [limit(maxLength), limit(minValue), limit(maxValue)]
  return {
    type,
    required: required && !nullable,
    nullable,
    whole: format === 'safeint' || format === 'int32',
    options: entries ? Object.values(entries as Record<string, string>) : [],
    ...(length !== undefined && { maxLength: length }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  }
}

type Complaint =
  | 'required'
  | 'tooShort'
  | 'tooLong'
  | 'tooSmall'
  | 'tooBig'
  | 'email'
  | 'date'
  | 'number'
  | 'order'
  | 'wrong'

/** Key under `common.field` for one complaint of zod, and the limit that it names. */
export function complaint(issue: z.core.$ZodIssue, empty: boolean): { key: Complaint; n: number } {
  const limit = (n: number | bigint) => Number(n)
  if (empty) return { key: 'required', n: 0 }
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'array') return { key: 'required', n: 0 }
      return { key: issue.origin === 'string' ? 'tooShort' : 'tooSmall', n: limit(issue.minimum) }
    case 'too_big':
      return { key: issue.origin === 'string' ? 'tooLong' : 'tooBig', n: limit(issue.maximum) }
    case 'invalid_format':
      return { key: issue.format === 'email' ? 'email' : issue.format === 'date' ? 'date' : 'wrong', n: 0 }
    case 'invalid_type':
      return {
        key: issue.expected === 'number' || issue.expected === 'int' ? 'number' : 'wrong',
        n: 0,
      }
    case 'custom':
      return { key: issue.message === 'is before the beginning' ? 'order' : 'wrong', n: 0 }
    default:
      return { key: 'wrong', n: 0 }
  }
}
