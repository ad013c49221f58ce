import { addWorkingDays, type Calendar, isWorkingDay } from '../../platform/calendar.ts'
import { addDays, fromLocal, localDate, shiftDate, toLocal } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'

/** Hours run through; days are wall-clock days of the site; working days are those of its calendar. */
export type Unit = 'hours' | 'days' | 'working-days'
export type Span = { value: number; unit: Unit }
/** Without an end: it is on. */
export type Pause = { from: Date; to: Date | null }
export type Place = { timeZone: string; calendar: Calendar }

export type Plan = {
  startedAt: Date
  /** How long it may take, or until when. */
  allowed: Span | { until: Date; unit: Unit }
  /** Each after the level before it. */
  escalations: Span[]
  /** In order, none inside another. */
  pauses: Pause[]
}

const day = 86_400_000

/** Levels in order, as far as they are known. */
export type Levels = {
  times: Date[]
  /** Why the next one is not known: a pause is on, or the working calendar of a year is missing. */
  open: { paused: true } | { blocked: string } | null
}

/**
 * When the time is up, and each escalation after it. A pause moves the level that it came before by as much counted time as it took: a
 * Saturday paused moves nothing that counts working days.
 */
export function levelsOf(plan: Plan, place: Place): Levels {
  const { allowed } = plan
  const steps = plan.escalations.values()
  const pauses = plan.pauses.values()
  const times: Date[] = []
  try {
    let at = 'until' in allowed ? allowed.until : add(plan.startedAt, allowed, place)
    let { unit } = allowed
    let pause = pauses.next().value
    for (;;) {
      for (; pause && pause.from < at; pause = pauses.next().value) {
        if (pause.to === null) return { times, open: { paused: true } }
        at = forward(at, counted(pause.from, pause.to, unit, place), unit, place)
      }
      times.push(at)
      const step = steps.next().value
      if (!step) return { times, open: null }
      at = add(at, step, place)
      unit = step.unit
    }
  } catch (error) {
    if (error instanceof AppError && error.id === 'calendar-unknown')
      return { times, open: { blocked: error.message } }
    throw error
  }
}

function add(at: Date, { value, unit }: Span, { timeZone, calendar }: Place): Date {
  if (unit === 'hours') return new Date(at.getTime() + value * 3_600_000)
  return unit === 'days' ? addDays(at, value, timeZone) : addWorkingDays(at, value, timeZone, calendar)
}

/** Milliseconds of the wall clock since midnight. */
function timeOfDay(at: Date, timeZone: string): number {
  const { hour, minute, second } = toLocal(at, timeZone)
  return ((hour * 60 + minute) * 60 + second) * 1000 + (at.getTime() % 1000)
}

const countsOn =
  (unit: Unit, { calendar }: Place) =>
  (date: string) =>
    unit === 'days' || isWorkingDay(date, calendar)

/** How much time between two instants counts, ms. */
function counted(from: Date, to: Date, unit: Unit, place: Place): number {
  if (unit === 'hours') return to.getTime() - from.getTime()
  const { timeZone } = place
  const counts = countsOn(unit, place)
  const [first, last] = [localDate(from, timeZone), localDate(to, timeZone)]
  const [begins, ends] = [timeOfDay(from, timeZone), timeOfDay(to, timeZone)]
  // Within the hour that daylight saving repeats, the wall clock may go back.
  if (first === last) return counts(first) ? Math.max(0, ends - begins) : 0
  let ms = counts(first) ? day - begins : 0
  for (let date = shiftDate(first, 1); date < last; date = shiftDate(date, 1)) if (counts(date)) ms += day
  return ms + (counts(last) ? ends : 0)
}

/** The instant by which that much more time has been counted. */
function forward(at: Date, ms: number, unit: Unit, place: Place): Date {
  if (unit === 'hours' || ms === 0) return new Date(at.getTime() + ms)
  const counts = countsOn(unit, place)
  let date = localDate(at, place.timeZone)
  let time = timeOfDay(at, place.timeZone)
  if (!counts(date)) [date, time] = [nextCounted(date, counts), 0]
  for (time += ms; time >= day; time -= day) date = nextCounted(date, counts)
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number)
  const seconds = Math.floor(time / 1000)
  const local = {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  }
  return new Date(
    fromLocal({ year, month, day: dayOfMonth, ...local }, place.timeZone).getTime() + (time % 1000),
  )
}

function nextCounted(after: string, counts: (date: string) => boolean): string {
  let date = shiftDate(after, 1)
  for (let tries = 0; tries < 400; tries++, date = shiftDate(date, 1)) if (counts(date)) return date
  throw new AppError('calendar-unknown', 'There is no working day within a year.')
}
