import { fromLocal, localDate, shiftDate } from '../../platform/clock.ts'

/** Which comes first in `03/04/1985`: the day or the month. */
export type DateOrder = 'dmy' | 'mdy'
/** What the order of day and month is in a column, by the sign between them. */
export type DateOrders = Partial<Record<string, DateOrder>>

/** Date and time as written, and the offset from UTC in minutes if it is written, too. */
type Written = { date: string; seconds: number; offset: number | null }
/** The text has more than one reading. */
export const ambiguous = Symbol('ambiguous')
type Unread = null | typeof ambiguous

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthName = `(${months.join('|')})[a-z]*\\.?`
const fullMonths =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|sept?)$/

/** Forms of a date with the names of their parts. Each is tried at the beginning of the text; what follows it must be a time. */
const dateForms: [form: RegExp, parts: string][] = [
  [/^(\d{4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?!\d)/, 'y.md'],
  [/^民[国國]\s*(\d{1,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]/, 'rmd'],
  [/^民[国國]\s*(\d{1,3})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?!\d)/, 'r.md'],
  [/^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})(?:\s*[日号號]|(?=\s|$))/, 'ymd'],
  [/^(\d{4})(\d{2})(\d{2})(?!\d)/, 'ymd'],
  // With a time right behind: 202611201520 and 20261120152000.
  [/^(\d{4})(\d{2})(\d{2})(?=\d{4}(?:\d{2})?(?!\d))/, 'ymd'],
  [/^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)/, 'a.by'],
  [new RegExp(`^${monthName}\\s*(\\d{1,2})(?:st|nd|rd|th)?\\s*,?\\s+(\\d{4})(?!\\d)`, 'i'), 'Mdy'],
  [new RegExp(`^(\\d{1,2})(?:st|nd|rd|th)?([-\\s])\\s*${monthName},?[-\\s]\\s*(\\d{4})(?!\\d)`, 'i'), 'd.My'],
  [new RegExp(`^(\\d{4})-${monthName}-(\\d{1,2})(?!\\d)`, 'i'), 'yMd'],
  // As Oracle writes it with Chinese settings.
  [/^(\d{1,2})-(\d{1,2})月\s*-(\d{4})(?!\d)/, 'dmy'],
]

/** Two-digit years in the usual places: `85-3-15`, `15/3/85`, `15-Mar-85`. */
const shortYear = new RegExp(
  `^(?:\\d{1,2}([-/.])\\d{1,2}\\1\\d{1,2}|\\d{1,2}年\\d{1,2}月\\d{1,2}日?|\\d{1,2}[-\\s](?:${monthName}|\\d{1,2}月\\s*)[-\\s]\\d{2})(?:\\s.*)?$`,
  'i',
)

const weekdays = ['日', '一', '二', '三', '四', '五', '六']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const weekdayBefore = /^(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?\.?,?\s+/i
const weekdayAfter = /^\s*(?:(?:星期|[周週])([日天一二三四五六])|\((?:星期|[周週])?([日天一二三四五六])\))/

const pad = (number: number, length: number) => String(number).padStart(length, '0')

/** `YYYY-MM-DD` of a day that exists. */
function dayOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  date.setUTCFullYear(year)
  // Date would turn 31 April into 1 May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** The day of a form's parts; `a` and `b` are day and month in an order that the text does not give. */
function dayIn(parts: string, found: RegExpExecArray, orders: DateOrders): string | Unread {
  const part = (name: string) => {
    const text = found[parts.indexOf(name) + 1] ?? ''
    return parts.includes(name) ? Number(text) : null
  }
  const year = part('y') ?? (part('r') ?? 0) + 1911
  const named = parts.includes('M') ? (found[parts.indexOf('M') + 1] ?? '').toLowerCase() : null
  const month = named === null ? part('m') : months.indexOf(named.slice(0, 3)) + 1
  const [a, b] = [part('a'), part('b')]
  if (a === null || b === null) return dayOf(year, month ?? 0, part('d') ?? 0)
  const order = orders[found[2] ?? '']
  const [dayFirst, monthFirst] = [dayOf(year, b, a), dayOf(year, a, b)]
  if (order) return order === 'dmy' ? dayFirst : monthFirst
  return dayFirst && monthFirst && dayFirst !== monthFirst ? ambiguous : (dayFirst ?? monthFirst)
}

/** A day at the beginning of the text, and the rest. */
function takeDate(text: string, orders: DateOrders): { date: string; rest: string } | Unread {
  const weekday = /^[a-z]/i.test(text) ? weekdayBefore.exec(text) : null
  const from = text.slice(weekday?.[0].length ?? 0)
  for (const [form, parts] of dateForms) {
    const found = form.exec(from)
    if (!found || !wholeMonth(parts, found)) continue
    const date = dayIn(parts, found, orders)
    if (date === null || date === ambiguous) return date
    const rest = from.slice(found[0].length)
    const after = rest === '' ? null : weekdayAfter.exec(rest)
    if (!weekday && !after) return { date, rest }
    const number = new Date(`${date}T00:00:00Z`).getUTCDay()
    if (weekday && !weekday[1]?.toLowerCase().startsWith(weekdayNames[number] ?? '')) return null
    if (after && (after[1] ?? after[2])?.replace('天', '日') !== weekdays[number]) return null
    return { date, rest: rest.slice(after?.[0].length ?? 0) }
  }
  return shortYear.test(from) ? ambiguous : null
}

/** `Mar` and `March`, but not `Marvellous`. */
function wholeMonth(parts: string, found: RegExpExecArray): boolean {
  if (!parts.includes('M')) return true
  const word = /[a-z]{3,}/i.exec(found[0].replace(/\d+(?:st|nd|rd|th)/i, ''))?.[0].toLowerCase() ?? ''
  return word.length === 3 || fullMonths.test(word)
}

const morning = '上午|凌晨|清晨|早上|早晨|早'
const afternoon = '下午|傍晚|晚上|晚间|晚間|晚|夜间|夜間|夜里|夜裡'
const morningMark = new RegExp(`^(?:${morning})$`)
const marks = `${morning}|${afternoon}|中午|a\\.?m\\.?|p\\.?m\\.?`
const clockForm = new RegExp(
  [
    `^\\s*,?\\s*(?<before>${marks})?\\s*`,
    '(?:',
    '(?<h1>\\d{1,2})(?<sign>[:.])(?<m1>\\d{2})(?:\\k<sign>(?<s1>\\d{2})(?:[.,]\\d{1,9})?)?',
    '|(?<h2>\\d{1,2})\\s*(?:[时時点點]|h(?=\\d))\\s*(?:(?<half>半)|(?:(?<m2>\\d{1,2})\\s*分?\\s*(?:(?<s2>\\d{1,2})\\s*秒)?)?整?)',
    '|(?<h3>\\d{2})(?<m3>\\d{2})(?<s3>\\d{2})?(?:\\.\\d{1,9})?',
    '|(?<h4>\\d{1,2})',
    ')',
    `(?:\\s*(?<after>a\\.?m\\.?|p\\.?m\\.?))?`,
    '\\s*(?<offset>Z|(?:UTC|GMT)?\\s*[+-]\\d{1,2}(?::?\\d{2})?|UTC|GMT)?\\s*$',
  ].join(''),
  'i',
)

/** Seconds since midnight, 0 to 86,400, and the offset; the text behind a date. */
function readClock(text: string): { seconds: number; offset: number | null } | Unread {
  const parts = clockForm.exec(text)?.groups
  if (!parts) return null
  const [hourText, minute = '0', second = '0'] =
    parts.h1 !== undefined
      ? [parts.h1, parts.m1, parts.s1]
      : parts.h2 !== undefined
        ? [parts.h2, parts.half === undefined ? parts.m2 : '30', parts.s2]
        : parts.h3 !== undefined
          ? [parts.h3, parts.m3, parts.s3]
          : [parts.h4]
  if (parts.before !== undefined && parts.after !== undefined) return null
  const mark = parts.before ?? parts.after
  // 「2026-11-20 15」 says no time of day.
  if (parts.h4 !== undefined && mark === undefined) return null
  const hour = hourOf(Number(hourText), mark?.toLowerCase().replaceAll('.', ''))
  const offset = offsetOf(parts.offset)
  if (hour === null || hour === ambiguous) return hour
  if (offset === undefined || Number(minute) > 59 || Number(second) > 59) return null
  const seconds = hour * 3600 + Number(minute) * 60 + Number(second)
  return seconds > 86_400 ? null : { seconds, offset }
}

/**
 * The hour of the day, 0 to 24. With a mark hours count to 12 and 12 comes first (12 AM is midnight, as in Excel's 上午12:05); hours above 12
 * must agree with it. 「晚上12点」 may be either midnight of its day.
 */
function hourOf(hour: number, mark: string | undefined): number | Unread {
  if (mark === undefined) return hour > 24 ? null : hour
  if (mark === '中午') return hour >= 11 && hour <= 13 ? hour : hour === 1 ? 13 : null
  if (hour === 12 && !['am', 'pm', '上午', '下午', '凌晨'].includes(mark)) return ambiguous
  if (mark === 'am' || morningMark.test(mark)) return hour > 12 ? null : hour % 12
  if (hour === 0 || hour > 23) return null
  return hour < 12 ? hour + 12 : hour
}

/** Minutes; null when none is written, undefined when there is no such offset (ISO 8601: within ±14 hours). */
function offsetOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return null
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{1,2}):?(\d{2})?$/.exec(text) ?? []
  const size = Number(hours) * 60 + Number(minutes)
  if (size > 14 * 60 || Number(minutes) > 59) return undefined
  return sign === '-' ? -size : size
}

function readWritten(text: string, orders: DateOrders): Written | Unread {
  // Full-width digits and signs.
  const plain = text.normalize('NFKC').trim()
  const taken = takeDate(plain, orders)
  if (taken === null || taken === ambiguous) return taken
  const rest = taken.rest.replace(/^T(?=\d)/i, ' ')
  if (rest.trim() === '') return { date: taken.date, seconds: 0, offset: null }
  // 「20261120152000」 needs nothing between date and time, 「2026-11-2015:20」 would hide a slip.
  const joined = /^\d/.test(rest) && !/^\d{8}/.test(plain) && !/[日号號]$/.test(plain.slice(0, -rest.length))
  const clock = joined ? null : readClock(rest)
  return clock === null || clock === ambiguous ? clock : { date: taken.date, ...clock }
}

function instantOf({ date, seconds, offset }: Written, timeZone: string): Date {
  if (offset !== null) return new Date(Date.parse(`${date}T00:00:00Z`) + (seconds - offset * 60) * 1000)
  const [year = 0, month = 0, day = 0] = (seconds === 86_400 ? shiftDate(date, 1) : date)
    .split('-')
    .map(Number)
  const left = seconds % 86_400
  const [hour, minute] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60)]
  return fromLocal({ year, month, day, hour, minute, second: left % 60 }, timeZone)
}

/**
 * Reads a day in the usual forms, as a whole: text that is left over makes it unreadable. A time behind it is checked and left out; with an
 * offset it decides the day in the time zone.
 * @returns `YYYY-MM-DD`
 */
export function readDay(text: string, timeZone: string, orders: DateOrders = {}): string | Unread {
  const written = readWritten(text, orders)
  if (written === null || written === ambiguous) return written
  return written.offset === null ? written.date : localDate(instantOf(written, timeZone), timeZone)
}

/** Reads a day with a time of day (midnight without one); without an offset it is meant in the time zone. */
export function readInstant(text: string, timeZone: string, orders: DateOrders = {}): Date | Unread {
  const written = readWritten(text, orders)
  return written === null || written === ambiguous ? written : instantOf(written, timeZone)
}

/** Which order of day and month the values of a column show: for each sign, the only order that at least one of them allows. */
export function ordersIn(values: Iterable<string>): DateOrders {
  const seen = new Map<string, Set<DateOrder>>()
  for (const value of values) {
    const [, first, sign = '', second] = /^\s*(\d{1,2})([-/.])(\d{1,2})\2\d{4}(?!\d)/.exec(value) ?? []
    if (first === undefined || second === undefined || Number(first) > 12 === Number(second) > 12) continue
    const orders = seen.get(sign) ?? new Set()
    seen.set(sign, orders.add(Number(first) > 12 ? 'dmy' : 'mdy'))
  }
  return Object.fromEntries(
    [...seen].flatMap(([sign, orders]) => (orders.size === 1 ? [[sign, [...orders][0] as DateOrder]] : [])),
  )
}
