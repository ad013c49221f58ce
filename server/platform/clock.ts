import type { Age } from '../../contract/age.ts'

/** Wall-clock parts in one time zone. */
export type Local = { year: number; month: number; day: number; hour: number; minute: number; second: number }

const formats = new Map<string, Intl.DateTimeFormat>()

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone)
  if (!known) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, known)
  }
  return known
}

/** Since then zones change their clocks at whole quarters of an hour (IANA tz database; the last exception was Liberia in 1972). */
const quartersFrom = Date.UTC(1980, 0)
const quarter = 900_000
const offsets = new Map<string, Map<number, number>>()

/** @throws {RangeError} unknown time zone */
export function toLocal(at: Date, timeZone: string): Local {
  const time = at.getTime()
  if (!(time >= quartersFrom)) return formatted(at, timeZone)
  const shifted = new Date(time + offsetOf(time, timeZone))
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  }
}

/** Asking the formatter takes microseconds, and a rehearsal of a year asks millions of times: the offset of each quarter is remembered. */
function offsetOf(time: number, timeZone: string): number {
  let known = offsets.get(timeZone)
  if (!known || known.size > 100_000) offsets.set(timeZone, (known = new Map<number, number>()))
  const index = Math.floor(time / quarter)
  let offset = known.get(index)
  if (offset === undefined) {
    const begin = index * quarter
    offset = utc(formatted(new Date(begin), timeZone)) - begin
    known.set(index, offset)
  }
  return offset
}

function formatted(at: Date, timeZone: string): Local {
  const parts: Partial<Record<string, number>> = {}
  for (const part of format(timeZone).formatToParts(at)) parts[part.type] = Number(part.value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
  return { year, month, day, hour, minute, second }
}

function utc(local: Local): number {
  return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second)
}

/**
 * The instant of a wall-clock time. A time that daylight saving skips becomes the same distance after the gap; of a doubled
 * time the first is meant (the rule of ECMAScript Temporal, disambiguation "compatible").
 */
export function fromLocal(local: Local, timeZone: string): Date {
  return new Date(instantOf(utc(local), timeZone))
}

/** The same for a wall-clock time written as if it were UTC, ms. */
function instantOf(wanted: number, timeZone: string): number {
  const before = offsetAt(wanted - 24 * 3600_000, timeZone)
  const after = offsetAt(wanted + 24 * 3600_000, timeZone)
  const early = wanted - before
  if (offsetAt(early, timeZone) === before) return early
  const late = wanted - after
  return offsetAt(late, timeZone) === after ? late : early
}

function offsetAt(time: number, timeZone: string): number {
  return time >= quartersFrom ? offsetOf(time, timeZone) : utc(formatted(new Date(time), timeZone)) - time
}

/** Same wall-clock time, whole days later; across daylight saving a day is not 24 hours. */
export function addDays(at: Date, days: number, timeZone: string): Date {
  const whole = Math.trunc(days)
  const wanted = utc(toLocal(at, timeZone)) + whole * 86_400_000
  const part = (at.getTime() % 1000) + Math.round((days - whole) * 86_400_000)
  return new Date(instantOf(wanted, timeZone) + part)
}

/** Whether this is the name of a time zone, such as Asia/Shanghai. */
export function isTimeZone(name: string): boolean {
  return name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)
}

/** `YYYY-MM-DD` of an instant in a time zone. */
export function localDate(at: Date, timeZone: string): string {
  const { year, month, day } = toLocal(at, timeZone)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** `YYYY-MM-DD hh:mm` of an instant in a time zone. */
export function localMinute(at: Date, timeZone: string): string {
  const { hour, minute } = toLocal(at, timeZone)
  return `${localDate(at, timeZone)} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** The calendar day `days` after a `YYYY-MM-DD`. */
export function shiftDate(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** Age in completed years on `today`; both `YYYY-MM-DD`. */
export function ageYears(birthDate: string | null, today: string): number | null {
  if (!birthDate) return null
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years
}

/** Age for views: in days within the first month, in months within the first two years, as paediatricians say it. */
export function agesOf(birthDate: string | null, today: string): { ageYears: number | null; age: Age } {
  const years = ageYears(birthDate, today)
  if (birthDate === null || years === null || years >= 2)
    return { ageYears: years, age: years === null ? null : { unit: 'years', n: years } }
  const part = (date: string, from: number, to: number) => Number(date.slice(from, to))
  const months =
    12 * (part(today, 0, 4) - part(birthDate, 0, 4)) +
    (part(today, 5, 7) - part(birthDate, 5, 7)) -
    (today.slice(8) < birthDate.slice(8) ? 1 : 0)
  const days = Math.round((Date.parse(today) - Date.parse(birthDate)) / 86_400_000)
  return { ageYears: years, age: months > 0 ? { unit: 'months', n: months } : { unit: 'days', n: days } }
}
