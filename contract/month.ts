import { z } from 'zod'

/** `YYYY-MM`. */
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)

/** First and last day of the month `back` months before `YYYY-MM`. */
export function monthPeriod(of: string, back = 0): { from: string; to: string } {
  const [year = 0, number = 1] = of.split('-').map(Number)
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  // Day 0 of a month is the last one of the month before.
  return { from: day(Date.UTC(year, number - 1 - back, 1)), to: day(Date.UTC(year, number - back, 0)) }
}
