/** What a clock must do, counted day by day in whole minutes, without anything of the server's own time reckoning. */

type Unit = 'hours' | 'days' | 'working-days'
type Span = { value: number; unit: Unit }

export type ModelClock = {
  id: number
  kind: string
  subject: number
  site: number
  zone: string
  started: number
  /** The time that somebody chose, in the unit of the first span. */
  chosen: number | null
  /** What is allowed, then each escalation. */
  spans: [Span, ...Span[]]
  pauses: { from: number; to: number | null }[]
  stopped: number | null
  /** How many levels have fired. */
  fired: number
}

const minute = 60_000
const fullDay = 1440

export const nextDate = (date: string, by = 1): string =>
  new Date(Date.parse(`${date}T00:00Z`) + by * fullDay * minute).toISOString().slice(0, 10)

class Unknown extends Error {}

/** A year that a site entered stands for itself; else the installation's counts; else nobody knows. */
export class ModelCalendars {
  readonly #years = new Map<string, Map<string, boolean>>()

  enter(site: number | null, year: number, days: { date: string; working: boolean }[]): void {
    this.#years.set(`${site} ${year}`, new Map(days.map((day) => [day.date, day.working])))
  }

  works(site: number, date: string): boolean {
    const year = date.slice(0, 4)
    const days = this.#years.get(`${site} ${year}`) ?? this.#years.get(`null ${year}`)
    if (!days) throw new Unknown()
    const weekday = new Date(`${date}T00:00Z`).getUTCDay()
    return days.get(date) ?? (weekday > 0 && weekday < 6)
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Date and minutes since midnight on the wall. */
function wall(at: number, zone: string): { date: string; minutes: number } {
  let format = formats.get(zone)
  if (!format)
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      })),
    )
  const [date = '', time = ''] = format.format(at).split(' ')
  return { date, minutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) }
}

const naive = (date: string, minutes: number) => Date.parse(`${date}T00:00Z`) + minutes * minute

/** The first instant at which the wall shows this; where daylight saving skips it, as far after the gap. */
function instant(date: string, minutes: number, zone: string): number {
  const wanted = naive(date, minutes)
  const offset = (at: number) => {
    const shown = wall(at, zone)
    return naive(shown.date, shown.minutes) - at
  }
  const [before, after] = [offset(wanted - fullDay * minute), offset(wanted + fullDay * minute)]
  const fits = [before, after].map((one) => wanted - one).filter((at) => offset(at) === wanted - at)
  return fits.length > 0 ? Math.min(...fits) : wanted - before
}

/** Times of the levels as far as they are known: none beyond a pause that is on or a calendar that is missing. */
export function timesBy(clock: ModelClock, calendars: ModelCalendars): number[] {
  const { site, zone, pauses } = clock
  const counts = (unit: Unit, date: string) => unit === 'days' || calendars.works(site, date)
  const later = (unit: Unit, date: string) => {
    let day = nextDate(date)
    while (!counts(unit, day)) day = nextDate(day)
    return day
  }
  const plus = (at: number, { value, unit }: Span): number => {
    if (unit === 'hours') return at + value * 60 * minute
    const { date, minutes } = wall(at, zone)
    let day = date
    for (let left = value; left > 0; left--) day = later(unit, day)
    return instant(day, minutes, zone)
  }
  const paused = (from: number, to: number, unit: Unit): number => {
    const [begin, end] = [wall(from, zone), wall(to, zone)]
    let sum = 0
    for (let day = begin.date; day <= end.date; day = nextDate(day))
      if (counts(unit, day))
        sum += (day === end.date ? end.minutes : fullDay) - (day === begin.date ? begin.minutes : 0)
    return Math.max(0, sum)
  }
  const moved = (at: number, from: number, to: number, unit: Unit): number => {
    if (unit === 'hours') return at + to - from
    let left = paused(from, to, unit)
    if (left === 0) return at
    let { date, minutes } = wall(at, zone)
    if (!counts(unit, date)) [date, minutes] = [later(unit, date), 0]
    for (; left > 0; left--) if (++minutes === fullDay) [date, minutes] = [later(unit, date), 0]
    return instant(date, minutes, zone)
  }
  const times: number[] = []
  let used = 0
  try {
    for (const [level, span] of clock.spans.entries()) {
      let at = level === 0 ? (clock.chosen ?? plus(clock.started, span)) : plus(times[level - 1] ?? 0, span)
      for (; (pauses[used]?.from ?? Infinity) < at; used++) {
        const pause = pauses[used]
        if (!pause || pause.to === null) return times
        at = moved(at, pause.from, pause.to, span.unit)
      }
      times.push(at)
    }
  } catch (error) {
    if (!(error instanceof Unknown)) throw error
  }
  return times
}
