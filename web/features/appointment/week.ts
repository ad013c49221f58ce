import type { ClinicSession } from '../../../contract/clinic-schedule.ts'
import { isoDay } from '../../format/time.ts'

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T12:00:00`)
  at.setDate(at.getDate() + days)
  return isoDay(at)
}

/** Monday of the week of a day. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T12:00:00`)
  return addDays(day, -((at.getDay() + 6) % 7))
}

/** The same time of the clock on another day, as an instant. */
export function sameClockOn(startsAt: string, day: string): string {
  const at = new Date(startsAt)
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date, at.getHours(), at.getMinutes()).toISOString()
}

export type CalendarRow = { key: string; name: string; id: number | null; sessions: ClinicSession[] }

/** Sessions by doctor or by room, each row in the order of time. */
export function rowsOf(
  sessions: readonly ClinicSession[],
  by: 'doctor' | 'room',
  none: string,
): CalendarRow[] {
  const rows = new Map<string, CalendarRow>()
  for (const one of sessions) {
    const id = by === 'doctor' ? one.staffId : one.roomId
    const name = (by === 'doctor' ? one.staffName : one.roomName) ?? `${none} · ${one.departmentName}`
    const key = id === null ? `none-${one.departmentId}` : String(id)
    const row = rows.get(key) ?? { key, name, id, sessions: [] }
    row.sessions.push(one)
    rows.set(key, row)
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name, 'zh'))
}
