/** Words that times need; passed in so that formatting stays pure and testable. */
export type TimeWords = (
  key:
    | 'now'
    | 'minutesAgo'
    | 'hoursAgo'
    | 'yesterday'
    | 'daysAgo'
    | 'monthsAgo'
    | 'yearsAgo'
    | 'inMinutes'
    | 'inHours'
    | 'tomorrow'
    | 'inDays'
    | 'inMonths'
    | 'inYears',
  n: number,
) => string

const pad = (value: number) => String(value).padStart(2, '0')

export function clock(at: Date): string {
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`
}

/** `2026-11-21`, in local time. */
export function isoDay(at: Date): string {
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
}

/** Whether a text names a day that there is, such as `2026-11-21`. */
export function isDay(text: string | undefined): text is string {
  const at = new Date(`${text}T00:00:00`)
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && isoDay(at) === text
}

/** `11-21 周六 14:05`; another year is named. `weekdays` are seven words from Sunday. */
export function moment(at: Date, weekdays: readonly string[], now = new Date()): string {
  return `${day(at, weekdays, now)} ${clock(at)}`
}

export function day(at: Date, weekdays: readonly string[], now = new Date()): string {
  const year = at.getFullYear() === now.getFullYear() ? '' : `${at.getFullYear()}-`
  return `${year}${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${weekdays[at.getDay()] ?? ''}`.trim()
}

/** Whole calendar days from `from` to `to` in local time; negative when `to` is earlier. */
export function calendarDays(from: Date, to: Date): number {
  const start = Date.UTC(from.getFullYear(), from.getMonth(), from.getDate())
  const end = Date.UTC(to.getFullYear(), to.getMonth(), to.getDate())
  return Math.round((end - start) / 86_400_000)
}

export function relative(at: Date, words: TimeWords, now = new Date()): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000)
  const past = minutes < 0
  const size = Math.abs(minutes)
  if (size < 1) return words('now', 0)
  if (size < 60) return words(past ? 'minutesAgo' : 'inMinutes', size)
  const days = Math.abs(calendarDays(now, at))
  if (days === 0 || size < 360)
    return words(past ? 'hoursAgo' : 'inHours', Math.max(1, Math.round(size / 60)))
  if (days === 1) return words(past ? 'yesterday' : 'tomorrow', 1)
  if (days < 60) return words(past ? 'daysAgo' : 'inDays', days)
  if (days < 730) return words(past ? 'monthsAgo' : 'inMonths', Math.round(days / 30.44))
  return words(past ? 'yearsAgo' : 'inYears', Math.floor(days / 365.25))
}

/** For `<input type="datetime-local">`. */
export function toLocalInput(at: Date): string {
  return `${isoDay(at)}T${clock(at)}`
}
