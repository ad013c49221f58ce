export const SECOND = 1000
export const HOUR = 3_600_000
export const DAY = 86_400_000

// China has one zone without summer time since 1991; the simulated past never reaches further back.
const OFFSET = 8 * HOUR

/** Milliseconds since the epoch at which the Shanghai day of `ms` began. */
export function startOfDay(ms: number): number {
  return Math.floor((ms + OFFSET) / DAY) * DAY - OFFSET
}

/** 0 (Sunday) to 6 of the Shanghai day of `ms`. */
export function weekday(ms: number): number {
  return (Math.floor((ms + OFFSET) / DAY) + 4) % 7
}

/** Whole hours since Shanghai midnight, 0 to 23. */
export function hourOf(ms: number): number {
  return Math.floor((ms - startOfDay(ms)) / HOUR)
}

/** Year, month (1 to 12) and day in Shanghai. */
export function calendarOf(ms: number): { year: number; month: number; day: number } {
  const shifted = new Date(ms + OFFSET)
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() }
}

/** `yyyy-mm-dd` in Shanghai. */
export function isoDate(ms: number): string {
  return new Date(ms + OFFSET).toISOString().slice(0, 10)
}

/** `yyyymmddhhmmss` in Shanghai, as HL7 TS writes it (without the zone). */
export function hl7Time(ms: number): string {
  const day = startOfDay(ms)
  if (day !== lastDay.day) lastDay = { day, text: isoDate(ms).replaceAll('-', '') }
  const seconds = Math.floor((ms - day) / SECOND)
  return lastDay.text + twoDigits(seconds / 3600) + twoDigits((seconds / 60) % 60) + twoDigits(seconds % 60)
}

// Formatting a date is a tenth of the cost of a message, and most times of a message lie on one day.
let lastDay = { day: NaN, text: '' }

function twoDigits(value: number): string {
  return value < 10 ? `0${Math.floor(value)}` : String(Math.floor(value))
}

/** Whole years from a `yyyy-mm-dd` birth date to the moment `ms` in Shanghai. */
export function ageAt(birthDate: string, ms: number): number {
  const { year, month, day } = calendarOf(ms)
  const had = month * 100 + day >= Number(birthDate.slice(5, 7)) * 100 + Number(birthDate.slice(8, 10))
  return year - Number(birthDate.slice(0, 4)) - (had ? 0 : 1)
}
