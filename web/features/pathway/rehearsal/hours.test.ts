import { expect, test } from 'vitest'
import { byDay, hours, peakOf } from './hours.ts'

test('hours are minutes to a tenth, the peak is the first of the busiest days', () => {
  expect([hours(90), hours(10), hours(0)]).toEqual([1.5, 0.2, 0])
  const days = [
    { day: '2026-01-01', minutes: 5 },
    { day: '2026-01-02', minutes: 60 },
    { day: '2026-01-03', minutes: 60 },
  ]
  expect(peakOf(days)?.day).toBe('2026-01-02')
  expect(peakOf([])).toBeNull()
})

test('days without work lie between those with it, also over a month’s end', () => {
  const draft = [{ day: '2026-02-27', minutes: 60 }]
  expect(byDay(draft, [{ day: '2026-03-01', minutes: 30 }])).toEqual([
    { day: '2026-02-27', draft: 1, current: 0 },
    { day: '2026-02-28', draft: 0, current: 0 },
    { day: '2026-03-01', draft: 0, current: 0.5 },
  ])
  expect(byDay([], null)).toEqual([])
})
