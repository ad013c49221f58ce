import { readInstant, ambiguous, ordersIn } from '../feeds/table/when.ts'
import type { Columns, Value } from '../modules/appointment/no-show/terms.ts'
import type { CodedColumn } from './coded-table.ts'

/** A time as written: the instant (in UTC where no offset is written), and the clock on the wall as if it were UTC; ms. */
type Written = { instant: number; wall: number }

export type Known = {
  /** 1: did not come. */
  outcomes: Uint8Array
  booked: readonly Written[]
  starts: readonly Written[]
}

export type Left = { name: string; reason: string }

/** Of the filled cells of a column that decide what it is. */
const nearlyAll = 0.9
/** So many of each outcome tell that a column is filled for one of them alone. */
const enough = 30
const day = 86_400_000

const unknownWords = new Set(['', 'na', 'n/a', 'null', 'nan', 'nil', '-', '--', '?'])
const isUnknown = (text: string) => unknownWords.has(text.toLowerCase())

/**
 * Makes features of the other columns of a table of appointments, leaving out what was not known at booking as far as that can be seen:
 * - times later than the booking in any row, and times of day without a day. Earlier times become the days before the booking, log(1 + x);
 * - columns filled for one outcome alone (times and reasons written down afterwards);
 * - identifiers and free text, which say who it was.
 *
 * A copy of the outcome under another name cannot be told from a good feature and stays in.
 */
export function featuresOf(
  columns: readonly CodedColumn[],
  known: Known,
): { features: Columns; left: Left[] } {
  const features = new Map<string, Value[]>(derived(known))
  const left: Left[] = []
  for (const column of columns) {
    const read = readColumn(column, known)
    if (typeof read === 'string') left.push({ name: column.name, reason: read })
    else features.set(features.has(read.name) ? `${read.name} (column)` : read.name, read.values)
  }
  return { features, left }
}

/** Lead time, weekday (ISO 8601: Monday is 1) and hour of the start, by the clock as written. */
function derived({ booked, starts }: Known): [string, Value[]][] {
  // Starts without a time of day: whole days count from the day of the booking.
  const days = starts.every(({ wall }) => wall % day === 0)
  const lead = starts.map(({ instant, wall }, row) => {
    const from = booked[row] as Written
    const ms = days ? wall - Math.floor(from.wall / day) * day : instant - from.instant
    return Math.log1p(Math.max(0, ms / day))
  })
  return [
    ['lead time (days, log)', lead],
    ['weekday', starts.map(({ wall }) => String(new Date(wall).getUTCDay() || 7))],
    ['hour', starts.map(({ wall }) => String(new Date(wall).getUTCHours()))],
  ]
}

type Read = { name: string; values: Value[] }

/** A feature, or why there is none. */
function readColumn(column: CodedColumn, known: Known): Read | string {
  const counts = countsOf(column)
  const filled = counts.filled
  if (filled === 0) return 'it is empty'
  const oneSided = filledForOne(column, known.outcomes)
  if (oneSided) return oneSided
  // The first texts tell what need not be looked for in all of them.
  const sample = column.texts.filter((text) => !isUnknown(text)).slice(0, 1000)
  const likely = (test: (text: string) => boolean) => sample.filter(test).length >= sample.length / 2
  const share = (test: (text: string) => boolean) =>
    !likely(test)
      ? 0
      : column.texts.reduce(
          (sum, text, code) => sum + (!isUnknown(text) && test(text) ? (counts.of[code] ?? 0) : 0),
          0,
        ) / filled
  if (share((text) => clockOnly.test(text)) >= nearlyAll)
    return 'a time of day without a day: nobody can tell whether it was known at booking'
  const orders = ordersIn(sample)
  const epoch = share((text) => epochOf(text) !== null) === 1
  const timeOf = epoch ? epochOf : (text: string) => readTime(text, orders)
  if (share((text) => timeOf(text) !== null) >= nearlyAll)
    return readTimes(column, column.texts.map(timeOf), known)
  if (share((text) => numberOf(text) !== null) >= nearlyAll) return readNumbers(column, counts)
  const different = new Set(column.texts).size
  if (different > 20 && different > filled / 2) return 'identifiers or free text'
  return { name: column.name, values: column.codes.map((code) => textOf(column.texts[code])) }
}

const textOf = (text = '') => (isUnknown(text) ? null : text)

type Counts = { filled: number; of: number[] }

function countsOf({ texts, codes }: CodedColumn): Counts {
  const of = texts.map(() => 0)
  for (const code of codes) of[code] = (of[code] ?? 0) + 1
  const filled = texts.reduce((sum, text, code) => sum + (isUnknown(text) ? 0 : (of[code] ?? 0)), 0)
  return { filled, of }
}

/** Whether a column is filled for one outcome and next to never for the other: then it was written when the outcome was known. */
function filledForOne({ texts, codes }: CodedColumn, outcomes: Uint8Array): string | null {
  const unknown = texts.map(isUnknown)
  const sides = [
    { rows: 0, filled: 0 },
    { rows: 0, filled: 0 },
  ]
  for (const [row, code] of codes.entries()) {
    const side = sides[outcomes[row] ?? 0]
    if (!side) continue
    side.rows++
    if (!unknown[code]) side.filled++
  }
  const [came, missed] = sides.map((side) => ({ ...side, share: side.filled / side.rows }))
  if (!came || !missed || came.rows < enough || missed.rows < enough) return null
  if (came.share >= 0.2 && missed.share <= 0.005)
    return 'it is filled only for those who came, so it was written after the booking'
  if (missed.share >= 0.2 && came.share <= 0.005)
    return 'it is filled only for those who did not come, so it was written after the booking'
  return null
}

function readTimes(
  { name, codes }: CodedColumn,
  times: (Written | null | typeof ambiguous)[],
  { booked }: Known,
): Read | string {
  let [later, unclear] = [0, 0]
  const values = codes.map((code, row) => {
    const at = times[code]
    if (at === ambiguous) unclear++
    if (at === null || at === undefined || at === ambiguous) return null
    const before = (booked[row]?.instant ?? 0) - at.instant
    if (before < 0) later++
    return Math.log1p(Math.max(0, before) / day)
  })
  if (later > 0) return `times later than the booking, in ${later} of ${codes.length} rows`
  if (unclear > 0)
    return `times that can be read in two ways, in ${unclear} rows: nobody can tell whether they were known at booking`
  return { name: `${name} (days before the booking, log)`, values }
}

/** A column with such a name counts, it does not measure. */
const nameOfNumber = /(?:^|[^a-z])(?:id|ids|no|nr|number|code|mrn)$|(?:I[dD]|Code|Number|No)$|编号|编码|号$/

function readNumbers({ name, texts, codes }: CodedColumn, { filled }: Counts): Read | string {
  const numbers = texts.map(numberOf)
  if (numbers.every((value) => value === null || Number.isInteger(value))) {
    if (areIdentifiers(name, texts, numbers, filled)) return 'identifiers'
    // The number of a clinic or doctor is a name.
    if (nameOfNumber.test(name)) return { name, values: codes.map((code) => textOf(texts[code])) }
  }
  return { name, values: codes.map((code) => numbers[code] ?? null) }
}

/**
 * Whole numbers that say who or which, and not how much: all are different and they count on or are equally long, or the column is called a
 * number and most are different.
 */
function areIdentifiers(name: string, texts: string[], numbers: (number | null)[], filled: number): boolean {
  const different = new Set<number>()
  const lengths = new Set<number>()
  let [least, most] = [Infinity, -Infinity]
  for (const [code, value] of numbers.entries()) {
    if (value === null) continue
    different.add(value)
    lengths.add(texts[code]?.length ?? 0)
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  if (different.size <= 20) return false
  if (nameOfNumber.test(name) && different.size > filled / 2) return true
  const [length = 0] = lengths
  return different.size === filled && (most - least < 2 * filled || (lengths.size === 1 && length >= 6))
}

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const groupedNumber = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/

function numberOf(text: string): number | null {
  if (plainNumber.test(text)) return Number(text)
  return groupedNumber.test(text) ? Number(text.replaceAll(',', '')) : null
}

const clockOnly = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?$/i

/** Seconds or milliseconds since 1970, from 2000 to 2033, as programs write times. */
function epochOf(text: string): Written | null {
  const ms = /^\d{10}$/.test(text) ? Number(text) * 1000 : /^\d{13}$/.test(text) ? Number(text) : 0
  return ms >= 946_684_800_000 && ms <= 2_000_000_000_000 ? { instant: ms, wall: ms } : null
}

const offsetAtEnd = /:\d{2}(?:[.,]\d+)?\s*(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?$/i

const plainTime = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/

/** A day with or without a time of day. */
export function readTime(
  text: string,
  orders: ReturnType<typeof ordersIn> = {},
): Written | null | typeof ambiguous {
  // What is no date costs nothing, and the usual form little.
  if (!/\d/.test(text) || text.length < 6 || text.length > 60) return null
  const plain = plainTime.exec(text)
  if (plain) {
    const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = plain
      .slice(1)
      .map((part) => Number(part || 0))
    const wall = Date.UTC(year, month - 1, date, hour, minute, second)
    if (new Date(wall).getUTCDate() === date && hour < 24 && minute < 60 && second < 60)
      return { instant: wall, wall }
  }
  const at = readInstant(text, 'UTC', orders)
  if (at === null || at === ambiguous) return at
  const [, sign, hours = '0', minutes = '0'] = offsetAtEnd.exec(text) ?? []
  const offset =
    sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return { instant: at.getTime(), wall: at.getTime() + offset }
}
