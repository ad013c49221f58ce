import { expect, test } from 'vitest'
import { isNamed } from './calendar-entry.ts'

test.each([
  ['the Double Ninth of 2026', { month: 9, day: 9 }, '2026-10-18'],
  ['the Mid-Autumn of 2026', { month: 8, day: 15 }, '2026-09-25'],
  ['the last day of a year of thirty days', { month: 12, day: 30 }, '2024-02-09'],
  ['the last day of a year without a thirtieth', { month: 12, day: 30 }, '2025-01-28'],
  ['the month itself, not its leap month', { month: 6, day: 1 }, '2025-06-25'],
])('a lunar date falls on its day: %s', (_, on, date) => {
  expect(daysOf(Number(date.slice(0, 4)), { every: 'lunar-year', ...on })).toContain(date)
})

test('a lunar date falls once a year, also in a year with a leap month', () => {
  expect(daysOf(2025, { every: 'lunar-year', month: 6, day: 1 })).toEqual(['2025-06-25'])
})

test('a day of the month that a month does not have is its last day', () => {
  const days = daysOf(2028, { every: 'month', day: 31 })
  expect(days).toHaveLength(12)
  expect(days).toContain('2028-02-29')
  expect(daysOf(2026, { every: 'year', month: 2, day: 29 })).toEqual(['2026-02-28'])
})

function daysOf(year: number, on: Parameters<typeof isNamed>[0]): string[] {
  const all = Array.from({ length: 366 }, (_, n) =>
    new Date(Date.UTC(year, 0, n + 1)).toISOString().slice(0, 10),
  )
  return all.filter((date) => date.startsWith(`${year}-`) && isNamed(on, date))
}
