import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutOffOf, judgePast, monthsFrom, noShowPresets, type Past } from './rule.ts'

const zone = 'Asia/Shanghai'
const rule = noShowPresets['beijing-114']
const past: Past = {
  startsAt: new Date('2026-11-19T09:00:00+08:00'),
  status: 'noshow',
  cancelledAt: null,
  cancelledBy: null,
  suspended: false,
  excused: false,
  spent: false,
}
const cancelled = (at: string, by: Past['cancelledBy'] = 'patient'): Past => ({
  ...past,
  status: 'cancelled',
  cancelledAt: new Date(at),
  cancelledBy: by,
})

test('the presets are the published numbers', () => {
  const numbers = Object.values(noShowPresets).map((one) => [
    one.lateMinutes,
    one.count,
    one.windowMonths,
    one.restrictMonths,
  ])
  expect(numbers).toEqual([
    [30, 3, 3, 3],
    [30, 3, 3, 6],
    [30, 3, 12, 1],
    [30, 3, 6, 6],
  ])
})

test('a cancellation counts from the second after the cut-off: 15:00 on the day before, midnight, or the beginning', () => {
  const iso = (cutOff: 'start' | 'midnight' | 'afternoon') =>
    cutOffOf(past.startsAt, cutOff, zone).toISOString()
  expect(iso('afternoon')).toBe('2026-11-18T07:00:00.000Z')
  expect(iso('midnight')).toBe('2026-11-18T16:00:00.000Z')
  expect(iso('start')).toBe('2026-11-19T01:00:00.000Z')
  expect(judgePast(cancelled('2026-11-18T15:00:00+08:00'), rule, zone)).toEqual({
    counts: false,
    why: 'in-time',
  })
  expect(judgePast(cancelled('2026-11-18T15:00:01+08:00'), rule, zone)).toEqual({
    counts: true,
    kind: 'cancelled-late',
  })
})

test('what doctor, hospital or staff cancel or suspend never counts, under any rule', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(noShowPresets)),
      fc.record({
        startsAt: fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
        status: fc.constantFrom('noshow' as const, 'cancelled' as const),
        cancelledAt: fc.date({
          min: new Date('2026-01-01'),
          max: new Date('2027-01-01'),
          noInvalidDate: true,
        }),
        cancelledBy: fc.constantFrom(
          'patient' as const,
          'staff' as const,
          'doctor' as const,
          'hospital' as const,
        ),
        suspended: fc.boolean(),
        excused: fc.boolean(),
        spent: fc.boolean(),
      }),
      fc.constantFrom('Asia/Shanghai', 'Asia/Taipei', 'Europe/Berlin', 'America/New_York'),
      (one, random, timeZone) => {
        const verdict = judgePast(random, one, timeZone)
        const others = random.status === 'cancelled' && random.cancelledBy !== 'patient'
        if (others || random.suspended || random.excused || random.spent) expect(verdict.counts).toBe(false)
        else if (random.status === 'noshow') expect(verdict.counts).toBe(true)
      },
    ),
  )
})

test('months are those of the calendar: three months from the 30th of November end on the last of February', () => {
  const at = new Date('2026-11-30T10:00:00+08:00')
  expect(monthsFrom(at, 3, zone).toISOString()).toBe('2027-02-28T02:00:00.000Z')
  expect(monthsFrom(at, -12, zone).toISOString()).toBe('2025-11-30T02:00:00.000Z')
})
