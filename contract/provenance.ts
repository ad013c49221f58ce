import { z } from 'zod'
import { id, timestamp } from './route.ts'

/** What follow-up needs of a person. */
export const gaps = ['name', 'birthDate', 'sex', 'identity', 'phone', 'address', 'contact', 'email'] as const
export const gap = z.enum(gaps)
export type Gap = z.infer<typeof gap>

/** Ranges of the score that figures count by. */
export const completenessBands = [
  { from: 0, to: 59 },
  { from: 60, to: 79 },
  { from: 80, to: 99 },
  { from: 100, to: 100 },
] as const

/** Fields of which there is one value at a time, so that sources can contradict each other. */
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

/** What one source says of a field. */
const statement = z.object({
  /** The record of a merged person that it is about. */
  recordId: id,
  source: z.string(),
  /** Masked like the field itself; empty: what is known is wrong. Of a death its time, or true or false. */
  value: z.string(),
  /** When the source first said this, as far as that is known, and when last. */
  since: timestamp,
  at: timestamp,
  /** Came along with a result or an order, not as a statement about the person. */
  aside: z.boolean(),
  /** Whether this is the value in effect. */
  counts: z.boolean(),
})

export const provenance = z.object({
  field: claimField,
  /** The one that counts first, then the newest. */
  statements: z.array(statement),
  /** Sources differ: nobody looked at it, or staff settled it. */
  conflict: z.enum(['open', 'settled']).nullable(),
})
export type FieldProvenance = z.infer<typeof provenance>
