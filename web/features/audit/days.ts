import { isDay } from '../../format/time.ts'

/** The first moment of a local day. */
export function dayBegins(day: string | undefined): string | undefined {
  return isDay(day) ? new Date(`${day}T00:00:00`).toISOString() : undefined
}

/** The first moment after a local day, so that the day itself is included whole. */
export function dayEnds(day: string | undefined): string | undefined {
  if (!isDay(day)) return undefined
  const at = new Date(`${day}T00:00:00`)
  at.setDate(at.getDate() + 1)
  return at.toISOString()
}
