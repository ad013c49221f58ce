import { fromLocal } from '../../platform/clock.ts'

/** A half-open interval: `end` is the first instant after it. */
export type Span = { start: Date; end: Date }

const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(.+))?)?)?$/

/**
 * The interval of a FHIR date, dateTime or instant: a year lasts a year, a time without fraction one second. Dates are in the hospital's
 * time zone. Undefined for an invalid time, such as February 30.
 */
export function spanOf(text: string, timeZone: string): Span | undefined {
  const [, year = '', month, day, clock] = parts.exec(text) ?? []
  if (year === '') return undefined
  if (clock !== undefined) {
    const start = new Date(text)
    if (Number.isNaN(start.getTime()) || !isDay(Number(year), Number(month), Number(day))) return undefined
    const length = /\.\d/.test(clock) ? 1 : 1000
    return { start, end: new Date(start.getTime() + length) }
  }
  const [y, m, d] = [
    Number(year),
    month === undefined ? 1 : Number(month),
    day === undefined ? 1 : Number(day),
  ]
  if (!isDay(y, m, d)) return undefined
  const at = (local: { year: number; month: number; day: number }) =>
    fromLocal({ ...local, hour: 0, minute: 0, second: 0 }, timeZone)
  const after =
    month === undefined
      ? { year: y + 1, month: 1, day: 1 }
      : day === undefined
        ? { year: y, month: m + 1, day: 1 }
        : { year: y, month: m, day: d + 1 }
  return { start: at({ year: y, month: m, day: d }), end: at(after) }
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Whether a well-formed date exists. */
export function isTime(text: string): boolean {
  const [, year = '', month = '1', day = '1', clock] = parts.exec(text) ?? []
  if (year === '' || !isDay(Number(year), Number(month), Number(day))) return false
  return clock === undefined || !Number.isNaN(Date.parse(text))
}

/** As the database reads it: the year 9999, which some send for "open", ends in 10000, and ISO 8601 writes that +010000. */
export const databaseTime = (at: Date): string => at.toISOString().replace(/^\+0*/, '')

/** The first instant of a FHIR time. */
export function startOf(text: string | undefined, timeZone: string): Date | null {
  return (text !== undefined && spanOf(text, timeZone)?.start) || null
}

/** A full calendar date, or null: a year alone is no birth date. */
export function wholeDate(text: string | undefined): string | null {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null
}
