import { sql } from 'kysely'
import { addDays, fromLocal, localDate, shiftDate, toLocal } from './clock.ts'
import type { Db } from './db.ts'
import { AppError } from './errors.ts'

/**
 * Working days of a site. Mainland and Taiwan calendars have holidays on weekdays and make-up workdays on weekends (调休 / 補班), so a year
 * without an entered calendar is unknown, not "Monday to Friday".
 */
export type Calendar = { exceptions: Map<string, boolean>; years: Set<number> }

/**
 * The days of a country (without a site) or of a site, each as `YYYY-MM-DD` and `+` for a working day or `-`; or, without days, the country
 * of a site (without one: of the installation).
 */
export type CalendarRow = { site_id: number | null; country: string | null; days: string | null }

/** The calendar of a site; without a site the installation's. */
export type Calendars = (siteId: number | null) => Calendar

/** All calendars in one statement, to be part of a larger one. */
export const calendarRows = sql<CalendarRow>`
  select site_id, country, string_agg(date::text || case when working then '+' else '-' end, '') as days from calendar_day
  group by site_id, country
  union all select site_id, value #>> '{}', null from setting where key = 'organisation.country'`

/** The calendars of all sites in one statement. */
export async function loadCalendars(db: Db): Promise<Calendars> {
  const { rows } = await calendarRows.execute(db)
  return calendarsOf(rows)
}

/** As the setting `organisation.country` has it by default. */
const usualCountry = 'CN'

/**
 * The calendars from {@link calendarRows}. A site follows its country; a calendar of its own for a year replaces that of the country for that
 * year as a whole: a day that only the country has is an ordinary day there.
 */
export function calendarsOf(rows: CalendarRow[]): Calendars {
  const countries = new Map(rows.filter((row) => row.days === null).map((row) => [row.site_id, row.country]))
  const days = (from: CalendarRow[]) => from.flatMap((row) => daysIn(row.days ?? ''))
  const ofCountry = (country: string | null) =>
    days(rows.filter((row) => row.site_id === null && row.country === country))
  const known = new Map<string, Calendar>()
  return (siteId) => {
    const country = countries.get(siteId) ?? countries.get(null) ?? usualCountry
    const own = siteId === null ? [] : rows.filter((row) => row.site_id === siteId && row.days !== null)
    const place = own.length > 0 ? String(siteId) : country
    let calendar = known.get(place)
    if (!calendar) {
      const ownDays = days(own)
      const { years } = calendarOf(ownDays)
      calendar = calendarOf([...ofCountry(country).filter(([date]) => !years.has(yearOf(date))), ...ownDays])
      known.set(place, calendar)
    }
    return calendar
  }
}

type Day = [date: string, working: boolean]

const daysIn = (text: string) =>
  Array.from({ length: text.length / 11 }, (_, at): Day => [
    text.slice(11 * at, 11 * at + 10),
    text[11 * at + 10] === '+',
  ])

const yearOf = (date: string) => Number(date.slice(0, 4))

function calendarOf(days: Day[]): Calendar {
  return { exceptions: new Map(days), years: new Set(days.map(([date]) => yearOf(date))) }
}

/** @throws {AppError} calendar-unknown */
export function isWorkingDay(date: string, calendar: Calendar): boolean {
  const year = yearOf(date)
  if (!calendar.years.has(year))
    throw new AppError(
      'calendar-unknown',
      `The working days of ${year} are not known. Enter the calendar of ${year} under Settings.`,
    )
  return calendar.exceptions.get(date) ?? isWeekday(date)
}

/** The same where a plan must not stop: where the calendar is unknown, weekdays are worked. */
export function worksOn(date: string, calendar: Calendar): boolean {
  return calendar.years.has(yearOf(date)) ? isWorkingDay(date, calendar) : isWeekday(date)
}

function isWeekday(date: string): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  return weekday !== 0 && weekday !== 6
}

/**
 * Same wall-clock time, `days` working days later (0 = same day; below zero: earlier). The start day does not count.
 * @throws {AppError} calendar-unknown
 */
export function addWorkingDays(at: Date, days: number, timeZone: string, calendar: Calendar): Date {
  const start = localDate(at, timeZone)
  let date = start
  for (let left = Math.ceil(Math.abs(days)); left > 0;) {
    date = shiftDate(date, days < 0 ? -1 : 1)
    if (isWorkingDay(date, calendar)) left -= 1
  }
  return addDays(at, daysBetween(start, date), timeZone)
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

export type HoursOfDay = { from: number; to: number; workingDaysOnly: boolean }

/**
 * The instant itself when it lies within the hours, else the next opening. Local hours `[from, to)`.
 * @param strict false: where the calendar is unknown, weekdays count as working days (contact planning must not stop a nurse)
 * @throws {AppError} calendar-unknown when strict
 */
export function nextOpening(
  at: Date,
  hours: HoursOfDay,
  timeZone: string,
  calendar: Calendar,
  strict = true,
): Date {
  const open = (date: string) => {
    if (!hours.workingDaysOnly) return true
    return strict ? isWorkingDay(date, calendar) : worksOn(date, calendar)
  }
  const within = (hour: number) => hour >= hours.from && hour < hours.to
  const local = toLocal(at, timeZone)
  let date = localDate(at, timeZone)
  if (open(date) && within(local.hour)) return at
  if (local.hour >= hours.from) date = shiftDate(date, 1)
  for (let tries = 0; tries < 400; tries++, date = shiftDate(date, 1)) {
    if (!open(date)) continue
    const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
    const opening = fromLocal({ year, month, day, hour: hours.from, minute: 0, second: 0 }, timeZone)
    // Daylight saving can skip the whole opening: then it is the next day's.
    if (within(toLocal(opening, timeZone).hour)) return opening
  }
  throw new AppError(
    'calendar-unknown',
    'These hours never come: no working day within a year, or they end before they begin.',
  )
}
