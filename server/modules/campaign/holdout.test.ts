import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differenceOf, scoreInterval } from './holdout.ts'

test.each([
  // Newcombe (1998), Statistics in Medicine 17:873–890, table II: methods 10 and 1.
  [{ n: 70, x: 56 }, { n: 80, x: 48 }, [0.0524, 0.3339], [0.0575, 0.3425]],
  [{ n: 10, x: 9 }, { n: 10, x: 3 }, [0.1705, 0.809], [0.2605, 0.9395]],
  [{ n: 56, x: 5 }, { n: 29, x: 0 }, [-0.0381, 0.1926], [0.0146, 0.164]],
  [{ n: 10, x: 0 }, { n: 10, x: 0 }, [-0.2775, 0.2775], [0, 0]],
] as const)('%o against %o has the published intervals', (treated, control, newcombe, wald) => {
  const found = differenceOf(treated, control)
  const near = (value: number) => expect.closeTo(value, 3) as number
  expect(found.newcombe).toEqual({ low: near(newcombe[0]), high: near(newcombe[1]) })
  expect(found.wald).toEqual({ low: near(wald[0]), high: near(wald[1]) })
})

test('with many persons the textbook interval is used, with few the score interval', () => {
  expect(differenceOf({ n: 1000, x: 120 }, { n: 1000, x: 80 })).toMatchObject({ method: 'wald' })
  expect(differenceOf({ n: 1000, x: 120 }, { n: 100, x: 8 })).toMatchObject({ method: 'newcombe' })
})

test('the score interval of one proportion is the published one', () => {
  // Newcombe (1998), Statistics in Medicine 17:857–872, table I: 81/263 and 15/148.
  expect(scoreInterval({ n: 263, x: 81 })).toMatchObject({
    low: expect.closeTo(0.2553, 4) as number,
    high: expect.closeTo(0.3662, 4) as number,
  })
  expect(scoreInterval({ n: 148, x: 15 })).toMatchObject({
    low: expect.closeTo(0.0624, 4) as number,
    high: expect.closeTo(0.1605, 4) as number,
  })
})

const side = fc
  .integer({ min: 1, max: 5000 })
  .chain((n) => fc.record({ n: fc.constant(n), x: fc.integer({ min: 0, max: n }) }))

test('an interval holds its difference, turns round with the sides, and stays within −1 and 1 where the textbook one would not', () => {
  fc.assert(
    fc.property(side, side, (treated, control) => {
      const there = differenceOf(treated, control)
      const back = differenceOf(control, treated)
      expect(there.low).toBeLessThanOrEqual(there.difference + 1e-12)
      expect(there.high).toBeGreaterThanOrEqual(there.difference - 1e-12)
      expect(back.low).toBeCloseTo(-there.high, 10)
      expect(there.newcombe.low).toBeGreaterThanOrEqual(-1 - 1e-12)
      expect(there.newcombe.high).toBeLessThanOrEqual(1 + 1e-12)
    }),
  )
})

test('counts that cannot be are refused', () => {
  for (const wrong of [
    { n: 0, x: 0 },
    { n: 5, x: 6 },
    { n: 5, x: -1 },
    { n: 1.5, x: 1 },
  ])
    expect(() => differenceOf(wrong, { n: 10, x: 1 })).toThrow(RangeError)
})
