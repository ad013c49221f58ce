import { z } from 'zod'
import { dateFacts } from './fact.ts'

const month = z.number().int().min(1).max(12)

/** Days on which persons enter a pathway by the calendar, and the earliest local hour. */
export const schedule = z.strictObject({
  on: z.discriminatedUnion('every', [
    z.strictObject({ every: z.literal('once'), date: z.iso.date() }),
    /** The last day in shorter months. */
    z.strictObject({ every: z.literal('month'), day: z.number().int().min(1).max(31) }),
    z.strictObject({ every: z.literal('year'), month, day: z.number().int().min(1).max(31) }),
    /** A day of the Chinese lunisolar calendar, such as the fifteenth of the eighth month; never in a leap month. */
    z.strictObject({ every: z.literal('lunar-year'), month, day: z.number().int().min(1).max(30) }),
    /** Born on 29 February: on 28 February of other years. */
    z.strictObject({ every: z.literal('birthday'), daysBefore: z.number().int().min(0).max(60) }),
    /** Days before a date of the person; negative: after it. */
    z.strictObject({
      every: z.literal('date'),
      fact: z.enum(dateFacts as [string, ...string[]]),
      daysBefore: z.number().int().min(-3650).max(3650),
    }),
  ]),
  hour: z.number().int().min(0).max(23),
})
export type Schedule = z.infer<typeof schedule>
