import type { Outlook } from '../../../contract/appointment-load.ts'
import type { Calendar } from '../../platform/calendar.ts'
import { weekdayOf, worksFor } from './generate.ts'

/** So many of the latest days of a kind are counted: two months follow the season and forget an old timetable. CareLoop choice. */
const mostDays = 8
/** With fewer days the interval would be wider than any use. CareLoop choice. */
export const fewestDays = 4
/** Two-sided 80 % quantiles of Student's t by degrees of freedom (n − 1), for 4 to 8 days. */
const t80: Record<number, number> = { 3: 1.638, 4: 1.533, 5: 1.476, 6: 1.44, 7: 1.415 }

/**
 * Which weekday's clinics a day has (Monday is 1): a weekend day that is worked has those of the day it makes up for. Null: a holiday, which says
 * nothing about other days. Of a year without a calendar nothing is known, so that its days are taken for ordinary ones.
 */
export function clinicWeekday(date: string, calendar: Calendar): number | null {
  const weekday = weekdayOf(date)
  const working = calendar.exceptions.get(date)
  if (working === false) return null
  return working === true && weekday > 5 ? worksFor(weekday) : weekday
}

/**
 * What the next such day brings: the mean of the same weekday on its last days ("seasonal mean"), with the interval in which four of five such days
 * lie, mean ± t · s · √(1 + 1/n) (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.5: intervals of the mean method,
 * with Student's t because the days are few). Plain on purpose: it can be checked by hand, and eight days support nothing finer.
 * @param demand patients of each counted day
 * @returns null with fewer than four days
 */
export function foretell(demand: readonly number[]): Outlook['forecast'] {
  const n = demand.length
  if (n < fewestDays) return null
  const expected = demand.reduce((sum, one) => sum + one, 0) / n
  const variance = demand.reduce((sum, one) => sum + (one - expected) ** 2, 0) / (n - 1)
  const half = (t80[n - 1] ?? 0) * Math.sqrt(variance * (1 + 1 / n))
  return { expected, low: Math.max(0, expected - half), high: expected + half }
}

/** What a half-day of a clinic had: patients who wanted it, places, and how many of these were left. */
export type HalfDay = { date: string; demand: number; open: number; free: number; suspended: boolean }

/**
 * Demand of one kind of half-day against the places that are open for it. Who found no place is in no appointment: where half of the counted days
 * were full and people wait, the forecast is too low, and the advice says that instead of a number.
 * @param past the latest first, without holidays @param coming those of this kind within the weeks ahead
 */
export function outlookOf(past: readonly HalfDay[], coming: Outlook['coming'], waiting: number) {
  const counted = past
    .filter((day) => !day.suspended)
    .slice(0, mostDays)
    .map(({ date, demand, open, free }) => ({ date, demand, open, full: open > 0 && free === 0 }))
  const forecast = foretell(counted.map((day) => day.demand))
  const places = coming.length === 0 ? 0 : coming.reduce((sum, day) => sum + day.open, 0) / coming.length
  return {
    counted,
    forecast,
    coming,
    places,
    waiting,
    advice: adviceOf(counted, forecast, coming, places, waiting),
  }
}

function adviceOf(
  counted: Outlook['counted'],
  forecast: Outlook['forecast'],
  coming: Outlook['coming'],
  places: number,
  waiting: number,
): Outlook['advice'] {
  if (!forecast || coming.length === 0) return null
  // Within rounding a place is a place: 8.0000001 people are eight.
  const more = Math.ceil(forecast.expected - places - 1e-9)
  if (more > 0) return { kind: 'short', n: more }
  if (waiting > 0 && 2 * counted.filter((day) => day.full).length >= counted.length)
    return { kind: 'full', n: waiting }
  const idle = Math.floor(places - forecast.high + 1e-9)
  return idle > 0 ? { kind: 'idle', n: idle } : null
}
