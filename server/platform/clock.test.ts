import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addWorkingDays, type Calendar, isWorkingDay, nextOpening } from './calendar.ts'
import { addDays, agesOf, ageYears, fromLocal, localDate, shiftDate, toLocal } from './clock.ts'

const zone = fc.constantFrom(
  ...['Asia/Shanghai', 'Asia/Taipei', 'UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'],
  ...['America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu', 'Africa/Casablanca', 'America/St_Johns'],
)
const instant = fc
  .date({ min: new Date('2000-01-02'), max: new Date('2037-12-30'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))

const everyDay: Calendar = { exceptions: new Map(), years: new Set() }

test('a wall-clock time read from an instant leads back to it, or to the first of two equal ones', () => {
  fc.assert(
    fc.property(instant, zone, (at, timeZone) => {
      const local = toLocal(at, timeZone)
      const back = fromLocal(local, timeZone)
      expect(toLocal(back, timeZone)).toEqual(local)
      const early = at.getTime() - back.getTime()
      expect(early).toBeGreaterThanOrEqual(0)
      expect(early).toBeLessThanOrEqual(3 * 3600_000)
    }),
    { numRuns: 1000 },
  )
})

test('the wall-clock time is the one that the tz database says, at any instant of any zone', () => {
  const any = fc.date({ min: new Date('1890-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(any, zone, (at, timeZone) => {
      const { year, month, day, hour, minute, second } = toLocal(at, timeZone)
      const said = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
      const two = (n: number) => String(n).padStart(2, '0')
      expect(`${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`).toBe(
        said.format(at),
      )
    }),
    { numRuns: 2000 },
  )
})

test('days later it is the same time of day, except where daylight saving skips that time', () => {
  fc.assert(
    fc.property(instant, zone, fc.integer({ min: -400, max: 400 }), (at, timeZone, days) => {
      const before = toLocal(at, timeZone)
      const after = addDays(at, days, timeZone)
      const wanted = shiftDate(localDate(at, timeZone), days)
      const local = toLocal(after, timeZone)
      const skipped = local.hour * 60 + local.minute !== before.hour * 60 + before.minute
      if (!skipped) expect(localDate(after, timeZone)).toBe(wanted)
      // Skipped at most by a gap: an hour, or the day that Samoa left out.
      else expect(Math.abs(after.getTime() - (at.getTime() + days * 86_400_000))).toBeLessThan(26 * 3600_000)
    }),
    { numRuns: 1000 },
  )
})

test('spring and autumn in New York: a day is 23 or 25 hours, and 2:30 that does not exist becomes 3:30', () => {
  const timeZone = 'America/New_York'
  const hours = (from: string, to: Date) => (to.getTime() - Date.parse(from)) / 3600_000
  expect(hours('2026-03-07T17:00:00Z', addDays(new Date('2026-03-07T17:00:00Z'), 1, timeZone))).toBe(23)
  expect(hours('2026-10-31T16:00:00Z', addDays(new Date('2026-10-31T16:00:00Z'), 1, timeZone))).toBe(25)
  const gap = fromLocal({ year: 2026, month: 3, day: 8, hour: 2, minute: 30, second: 0 }, timeZone)
  expect(toLocal(gap, timeZone)).toMatchObject({ hour: 3, minute: 30 })
})

test('the next opening is never before, always within the hours, and is the first such hour', () => {
  const hours = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
    .filter(([from, to]) => from < to)
  fc.assert(
    fc.property(instant, zone, hours, (at, timeZone, [from, to]) => {
      const opening = nextOpening(at, { from, to, workingDaysOnly: false }, timeZone, everyDay)
      const { hour } = toLocal(opening, timeZone)
      expect(hour >= from && hour < to).toBe(true)
      expect(opening.getTime()).toBeGreaterThanOrEqual(at.getTime())
      // Not an hour too late: every half hour before lies outside. (A doubled hour may be entered at its second half.)
      for (let earlier = at.getTime(); earlier < opening.getTime(); earlier += 1800_000) {
        const local = toLocal(new Date(earlier), timeZone).hour
        if (local >= from && local < to) expect(opening.getTime() - earlier).toBeLessThanOrEqual(2 * 3600_000)
      }
    }),
    { numRuns: 500 },
  )
})

/** Spring Festival 2026 as the State Council announced it: off from 15 to 23 February, work on Saturdays 14 and 28. */
const festival: Calendar = {
  years: new Set([2026]),
  exceptions: new Map<string, boolean>([
    ...Array.from({ length: 9 }, (_, n): [string, boolean] => [shiftDate('2026-02-15', n), false]),
    ['2026-02-14', true],
    ['2026-02-28', true],
  ]),
}

test('working days skip the Spring Festival and count the Saturdays worked for it', () => {
  const at = new Date('2026-02-13T02:00:00Z')
  const after = (days: number) =>
    localDate(addWorkingDays(at, days, 'Asia/Shanghai', festival), 'Asia/Shanghai')
  expect([0, 1, 2, 5, 6].map(after)).toEqual([
    '2026-02-13',
    '2026-02-14',
    '2026-02-24',
    '2026-02-27',
    '2026-02-28',
  ])
})

test('working days land on working days, at the same time of day, and every one between is counted', () => {
  const in2026 = fc.date({ min: new Date('2026-01-05'), max: new Date('2026-11-20'), noInvalidDate: true })
  fc.assert(
    fc.property(in2026, fc.integer({ min: 1, max: 20 }), (at, days) => {
      const end = addWorkingDays(at, days, 'Asia/Shanghai', festival)
      const last = localDate(end, 'Asia/Shanghai')
      expect(isWorkingDay(last, festival)).toBe(true)
      let counted = 0
      for (let date = localDate(at, 'Asia/Shanghai'); date < last;) {
        date = shiftDate(date, 1)
        if (isWorkingDay(date, festival)) counted += 1
      }
      expect(counted).toBe(days)
      expect((end.getTime() - at.getTime()) % 86_400_000).toBe(0)
    }),
  )
})

test('a year without a calendar is unknown, not Monday to Friday', () => {
  expect(() => addWorkingDays(new Date('2026-12-30T02:00:00Z'), 3, 'Asia/Shanghai', festival)).toThrow(
    /working days of 2027 are not known/,
  )
  const friday = new Date('2027-01-01T13:00:00Z')
  const office = { from: 9, to: 20, workingDaysOnly: true }
  expect(() => nextOpening(friday, office, 'Asia/Shanghai', festival)).toThrow(/2027/)
  // Planning the next call must not stop a nurse: then weekdays do.
  const planned = nextOpening(friday, office, 'Asia/Shanghai', festival, false)
  expect(planned.toISOString()).toBe('2027-01-04T01:00:00.000Z')
})

test('hours that never come are said to, instead of an answer outside of them', () => {
  const at = new Date('2026-06-01T12:30:00Z')
  expect(() => nextOpening(at, { from: 20, to: 9, workingDaysOnly: false }, 'UTC', festival)).toThrow(
    /never come/,
  )
})

test('age counts completed years, and who was born on a leap day has the birthday in March otherwise', () => {
  expect(ageYears('2000-02-29', '2026-02-28')).toBe(25)
  expect(ageYears('2000-02-29', '2026-03-01')).toBe(26)
  expect(ageYears('2000-02-29', '2028-02-29')).toBe(28)
  expect(ageYears(null, '2026-01-01')).toBeNull()
})

test('a newborn is so many days old, a child below two so many months', () => {
  const said = (birth: string | null, today = '2026-03-01') => {
    const { age } = agesOf(birth, today)
    return age && `${age.n} ${age.unit}`
  }
  expect(said('2026-03-01')).toBe('0 days')
  expect(said('2026-02-20')).toBe('9 days')
  expect(said('2026-01-31')).toBe('1 months')
  expect(said('2026-02-02', '2026-03-01')).toBe('27 days')
  expect(said('2025-03-02')).toBe('11 months')
  expect(said('2024-03-02')).toBe('23 months')
  expect(said('2024-03-01')).toBe('2 years')
  expect(said(null)).toBeNull()
})
