import { z } from 'zod'
import { timestamp } from './route.ts'

/** How a deadline stands. */
export const clockView = z.object({
  /** Without the pause that is on; null while the working calendar is unknown. */
  dueAt: timestamp.nullable(),
  /** The time ran out before it was done. */
  breachedAt: timestamp.nullable(),
  /** How often nobody reacted after that. */
  escalationLevel: z.number().int(),
  pausedAt: timestamp.nullable(),
  pauseReason: z.string().nullable(),
})
export type ClockView = z.infer<typeof clockView>
