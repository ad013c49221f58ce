import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateRatio } from './rate-ratio.ts'

test('ratio and exact interval are those of published examples', () => {
  // Boice and Monson 1977, as in Rothman and in the Stata manual: iri 41 15 28010 19017 gives 1.86 (exact 1.01 to 3.61).
  const stata = rateRatio({ count: 15, time: 19_017 }, { count: 41, time: 28_010 })
  expect(stata?.ratio).toBeCloseTo(1.855759, 5)
  expect(stata?.low.toFixed(2)).toBe('1.01')
  expect(stata?.high?.toFixed(2)).toBe('3.61')
  // R, ?poisson.test: c(11, 6 + 8 + 7) of c(800, 1083 + 1050 + 878).
  const r = rateRatio({ count: 21, time: 3011 }, { count: 11, time: 800 })
  expect(r?.ratio).toBeCloseTo(1.971488, 5)
  expect(r?.low).toBeCloseTo(0.8584264, 6)
  expect(r?.high).toBeCloseTo(4.2772659, 6)
})

test('the interval holds the ratio, turns over with the two sides, and narrows with the numbers', () => {
  const count = fc.integer({ min: 1, max: 300 })
  const time = fc.integer({ min: 1, max: 100_000 })
  fc.assert(
    fc.property(count, count, time, time, (x, y, t, u) => {
      const one = rateRatio({ count: x, time: t }, { count: y, time: u })
      const other = rateRatio({ count: y, time: u }, { count: x, time: t })
      const more = rateRatio({ count: x * 10, time: t * 10 }, { count: y * 10, time: u * 10 })
      if (!one || !other || !more || one.high === null || other.high === null || more.high === null)
        throw new Error('has no bounds')
      expect(one.low).toBeLessThanOrEqual(one.ratio)
      expect(one.high).toBeGreaterThanOrEqual(one.ratio)
      expect(other.low * one.high).toBeCloseTo(1, 6)
      expect(more.high / more.low).toBeLessThan(one.high / one.low)
    }),
  )
})

test('without complaints before there is no ratio; without any after it is 0 with an upper bound', () => {
  expect(rateRatio({ count: 0, time: 10 }, { count: 3, time: 10 })).toBeNull()
  expect(rateRatio({ count: 3, time: 0 }, { count: 3, time: 10 })).toBeNull()
  const none = rateRatio({ count: 8, time: 90 }, { count: 0, time: 90 })
  // Rule of Clopper and Pearson without an event: 1 − (α/2)^(1/n).
  const p = 1 - 0.025 ** (1 / 8)
  expect(none?.ratio).toBe(0)
  expect(none?.low).toBe(0)
  expect(none?.high).toBeCloseTo(p / (1 - p), 8)
})
