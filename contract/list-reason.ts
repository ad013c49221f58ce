import { z } from 'zod'
import { band } from './questionnaire.ts'
import { timestamp } from './route.ts'
import { machineReasons } from './voice.ts'

/**
 * A reason for a task's position in the list, or a hint on when to work it. The first five determine the order; the others help to decide.
 */
export const listReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('red-flag') }),
  z.object({ kind: z.literal('urgent'), priority: z.enum(['urgent', 'stat']) }),
  z.object({ kind: z.literal('overdue'), dueAt: timestamp, hours: z.number().int() }),
  z.object({ kind: z.literal('due'), dueAt: timestamp }),
  /** The next attempt: agreed with the person, or planned after nobody answered. */
  z.object({ kind: z.literal('next-attempt'), at: timestamp, passed: z.boolean() }),
  /** Last readmission-risk score of the person (LACE or HOSPITAL). */
  z.object({
    kind: z.literal('risk'),
    instrument: z.string(),
    score: z.number(),
    band: band.pick({ text: true, tone: true }).nullable(),
    at: timestamp,
  }),
  /** `first`: a machine calls before people do; else why it left the task to them. */
  z.object({ kind: z.literal('machine'), why: z.enum(['first', ...machineReasons]) }),
  z.object({ kind: z.literal('attempts-left'), left: z.number().int(), all: z.number().int() }),
  /** Hour of the day (site's time) in which calls to this person were answered most often. */
  z.object({
    kind: z.literal('best-hour'),
    hour: z.number().int(),
    reached: z.number().int(),
    tried: z.number().int(),
  }),
])
export type ListReason = z.infer<typeof listReason>
