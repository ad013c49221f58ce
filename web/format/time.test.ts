import { describe, expect, it } from 'vitest'
import { calendarDays, day, isoDay, moment, relative, toLocalInput } from './time.ts'

const weekdays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const now = new Date(2026, 10, 21, 14, 5)
const words = (key: string, n: number) => `${key} ${n}`

describe('time', () => {
  it('writes a moment as month, day, weekday and clock', () => {
    expect(moment(now, weekdays, now)).toBe('11-21 周六 14:05')
  })

  it('names the year when it is another', () => {
    expect(day(new Date(2025, 0, 3), weekdays, now)).toBe('2025-01-03 周五')
  })

  it('writes what inputs read', () => {
    expect(isoDay(now)).toBe('2026-11-21')
    expect(toLocalInput(now)).toBe('2026-11-21T14:05')
  })

  it('counts calendar days, not spans of 24 hours', () => {
    expect(calendarDays(new Date(2026, 10, 20, 23, 59), new Date(2026, 10, 21, 0, 1))).toBe(1)
  })

  it.each<[Date, string]>([
    [now, 'now 0'],
    [new Date(2026, 10, 21, 13, 45), 'minutesAgo 20'],
    [new Date(2026, 10, 21, 8, 5), 'hoursAgo 6'],
    [new Date(2026, 10, 20, 8, 0), 'yesterday 1'],
    [new Date(2026, 10, 18, 8, 0), 'daysAgo 3'],
    [new Date(2026, 6, 21, 8, 0), 'monthsAgo 4'],
    [new Date(2022, 6, 21, 8, 0), 'yearsAgo 4'],
    [new Date(2026, 10, 21, 14, 35), 'inMinutes 30'],
    [new Date(2026, 10, 22, 22, 0), 'tomorrow 1'],
    [new Date(2026, 10, 28, 9, 0), 'inDays 7'],
  ])('%s', (at, expected) => {
    expect(relative(at, words, now)).toBe(expected)
  })
})
