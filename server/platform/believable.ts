// Whether times that a source states can be true. Pure: the present is an argument.

/** Clocks and time zones of senders differ; a date without a time may be one day ahead. */
const toleranceMs = 86_400_000

/** Whether a time lies further in the future than clocks and time zones explain: more than one day after `now`. */
export function futureBeyond(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() > toleranceMs
}
