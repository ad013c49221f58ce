import { z } from 'zod'
import { id, timestamp } from './route.ts'

/** Data of a person needed for follow-up. */
export const gaps = ['name', 'birthDate', 'sex', 'identity', 'phone', 'address', 'contact', 'email'] as const
export const gap = z.enum(gaps)
export type Gap = z.infer<typeof gap>

/** Score ranges of the figures. */
export const completenessBands = [
  { from: 0, to: 59 },
  { from: 60, to: 79 },
  { from: 80, to: 99 },
  { from: 100, to: 100 },
] as const

/** Single-valued fields, in which sources can contradict each other. */
export const claimFields = [
  'name',
  'sex',
  'birthDate',
  'maritalStatus',
  'language',
  'deceased',
  'address',
] as const
export const claimField = z.enum(claimFields)
export type ClaimField = z.infer<typeof claimField>

/** One source's statement about a field. */
const statement = z.object({
  /** The record of a merged person that it is about. */
  recordId: id,
  source: z.string(),
  /** Masked like the field itself; empty: the known value is wrong. For a death its time, or true or false. */
  value: z.string(),
  /** First time of this statement, as far as known, and the last. */
  since: timestamp,
  at: timestamp,
  /** Secondary: part of a result or an order, not a registration of the person. */
  aside: z.boolean(),
  /** Whether this is the value in effect. */
  counts: z.boolean(),
})

export const provenance = z.object({
  field: claimField,
  /** The deciding one first, then the newest. */
  statements: z.array(statement),
  /** Sources differ: open, or settled by staff. */
  conflict: z.enum(['open', 'settled']).nullable(),
})
export type FieldProvenance = z.infer<typeof provenance>
