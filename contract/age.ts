import { z } from 'zod'

const age = z.object({ unit: z.enum(['years', 'months', 'days']), n: z.number().int() }).nullable()
export type Age = z.infer<typeof age>

/** How old somebody is today: to reckon with, and as it is said of small children. */
export const ages = { ageYears: z.number().int().nullable(), age }
