import { expect, test } from 'vitest'
import { clinicWeekday, foretell, type HalfDay, outlookOf } from './forecast.ts'

const calendar = {
  exceptions: new Map([
    ['2026-10-01', false],
    ['2026-10-03', false],
    ['2026-10-10', true],
    ['2026-09-20', true],
  ]),
  years: new Set([2026]),
}
const day = (date: string, demand: number, more: Partial<HalfDay> = {}): HalfDay => ({
  date,
  demand,
  open: 10,
  free: 10 - demand,
  suspended: false,
  ...more,
})
const days = (...demand: number[]) => demand.map((one, at) => day(`2026-11-${10 + at}`, one))
const coming = (...open: number[]) =>
  open.map((one, at) => ({ date: `2026-12-0${at + 1}`, open: one, taken: 0 }))

test('a worked weekend day counts as the day it makes up for, a holiday as none, whatever its weekday', () => {
  expect(
    ['2026-10-01', '2026-10-03', '2026-10-10', '2026-09-20', '2026-10-14', '2026-10-17', '2027-10-01'].map(
      (date) => clinicWeekday(date, calendar),
    ),
  ).toEqual([null, null, 5, 1, 3, 6, 5])
})

test('the forecast is the mean of the days with an interval from their spread, and three days make none', () => {
  expect(foretell([5, 5, 5])).toBeNull()
  // Mean 5, variance (9 + 1 + 1 + 9) / 3, s = 2.582; 1.638 · 2.582 · √1.25 = 4.728.
  const told = foretell([2, 4, 6, 8])
  expect(told?.expected).toBe(5)
  expect(told?.low).toBeCloseTo(0.272, 3)
  expect(told?.high).toBeCloseTo(9.728, 3)
  expect(foretell([0, 0, 0, 4])?.low).toBe(0)
})

test('only the eight latest days count, and none on which the clinic was suspended', () => {
  const past = [day('2026-11-30', 99, { suspended: true }), ...days(4, 4, 4, 4, 4, 4, 4, 4, 99)]
  const { counted, forecast } = outlookOf(past, coming(4), 0)
  expect([counted.length, forecast?.expected]).toEqual([8, 4])
})

test('places are short by what is expected above them, idle by what lies above the upper end, and otherwise fine', () => {
  const advice = (past: HalfDay[], open: number[], waiting = 0) =>
    outlookOf(past, coming(...open), waiting).advice
  expect(advice(days(8, 8, 8, 9), [6, 6])).toEqual({ kind: 'short', n: 3 })
  expect(advice(days(8, 8, 8, 8), [8, 8])).toBeNull()
  expect(advice(days(8, 8, 8, 8), [12, 11])).toEqual({ kind: 'idle', n: 3 })
  // Upper end 9.73: ten places are above it by less than one.
  expect(advice(days(2, 4, 6, 8), [10])).toBeNull()
  expect(advice(days(8, 8, 8), [1])).toBeNull()
  expect(advice(days(8, 8, 8, 8), [])).toBeNull()
})

test('where half of the days were full and people wait, more would have come than is known', () => {
  const full = [day('2026-11-10', 10), day('2026-11-11', 10), day('2026-11-12', 3), day('2026-11-13', 5)]
  expect(outlookOf(full, coming(10), 3).advice).toEqual({ kind: 'full', n: 3 })
  expect(outlookOf(full, coming(10), 0).advice).toBeNull()
  expect(outlookOf(days(10, 3, 3, 5), coming(10), 3).advice).toBeNull()
})
