import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantOf, readTime } from './time.ts'

const two = (n: number) => String(n).padStart(2, '0')

test('a time in any usual form reads as the same instant, and with anything behind it as none', () => {
  const parts = fc.record({
    year: fc.integer({ min: 1900, max: 2100 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  })
  fc.assert(
    fc.property(
      parts,
      fc.stringMatching(/^[0-9a-z]$/),
      ({ year, month, day, hour, minute, second }, junk) => {
        const [m, d, h, n, s] = [month, day, hour, minute, second].map(two)
        const forms = [
          `${year}${m}${d}${h}${n}${s}`,
          `${year}${m}${d}${h}${n}${s}.000`,
          `${year}-${m}-${d}T${h}:${n}:${s}`,
          `${year}-${month}-${day} ${hour}:${n}:${s}`,
          `${year}/${month}/${day} ${hour}:${n}:${s}`,
          `${year}.${m}.${d} ${h}:${n}:${s}`,
          `${year}${m}${d} ${h}:${n}:${s}`,
        ]
        const expected = Date.UTC(year, month - 1, day, hour, minute, second)
        for (const form of forms) {
          const read = readTime(form)
          expect(read && instantOf(read, 'UTC').getTime()).toBe(expected)
          expect(read && instantOf(read, 480).getTime()).toBe(expected - 480 * 60_000)
          if (!form.includes('.000')) expect(readTime(`${form}${junk}${junk}${junk}x`)).toBeNull()
        }
      },
    ),
  )
})

test.each([
  '00000000',
  '20230229',
  '19850600',
  '1985-13-01',
  '19850315 25:00',
  'tomorrow',
  '2026-11-20x',
  '',
])('%s is no time', (text) => {
  expect(readTime(text)).toBeNull()
})

test.each([
  ['2013', 'year'],
  ['201303', 'month'],
  ['20130311', 'day'],
  ['2013-03-11', 'day'],
  ['201303110815', 'minute'],
])('%s is exact to the %s', (text, precision) => {
  expect(readTime(text)?.precision).toBe(precision)
})
