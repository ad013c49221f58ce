import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auc, brier, calibrationSlope } from './metrics.ts'

const repeated = (counts: number[]) => counts.flatMap((count, at) => Array<number>(count).fill(at + 1))

test('ratings of 109 CT images have the published area, and the interval that Stata prints (roctab, DeLong)', () => {
  // Hanley and McNeil, Radiology 143 (1982) 29–36, table I: normal and abnormal by rating 1 to 5.
  const [normal, abnormal] = [repeated([33, 6, 6, 11, 2]), repeated([3, 2, 2, 11, 33])]
  const found = auc([...normal, ...abnormal], [...normal.map(() => 0), ...abnormal.map(() => 1)])
  expect(found.auc.toFixed(4)).toBe('0.8932')
  expect([found.low.toFixed(5), found.high.toFixed(5)]).toEqual(['0.83295', '0.95339'])
})

test('the interval of a handful is what the formula gives by hand', () => {
  // Events 3, 1; others 0, 2. Placements: 1, 1/2 above and 1, 1/2 below; variances 1/8 each.
  const { auc: area, low, high } = auc([3, 1, 0, 2], [1, 1, 0, 0])
  expect(area).toBe(0.75)
  expect(low).toBeCloseTo(0.75 - 1.959964 * Math.sqrt(1 / 8 / 2 + 1 / 8 / 2), 6)
  expect(high).toBe(1)
})

test('one of a kind has no interval, which is said', () => {
  expect(() => auc([1, 2, 3], [1, 0, 0])).toThrow('two of each')
})

const scored = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.boolean()), {
  minLength: 4,
  maxLength: 80,
})
const parted = (rows: [number, boolean][]) => {
  const outcomes = rows.map(([, event]) => Number(event))
  const events = outcomes.filter(Boolean).length
  fc.pre(events >= 2 && rows.length - events >= 2)
  return { scores: rows.map(([score]) => score), outcomes }
}

test('the area is the share of pairs in the right order, with ties as halves (Mann and Whitney 1947)', () => {
  fc.assert(
    fc.property(scored, (rows) => {
      const { scores, outcomes } = parted(rows)
      const [events, others] = [1, 0].map((kind) => scores.filter((_, at) => outcomes[at] === kind)) as [
        number[],
        number[],
      ]
      const pairs = events.flatMap((a) => others.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)))
      expect(auc(scores, outcomes).auc).toBeCloseTo(
        pairs.reduce((sum, one) => sum + one, 0) / pairs.length,
        10,
      )
    }),
  )
})

test('the area and its interval ask for the order of the scores alone', () => {
  fc.assert(
    fc.property(scored, (rows) => {
      const { scores, outcomes } = parted(rows)
      const [before, after] = [
        auc(scores, outcomes),
        auc(
          scores.map((x) => Math.exp(x / 5) - 3),
          outcomes,
        ),
      ]
      expect(after).toEqual(before)
    }),
  )
})

test('the Brier score is the mean of the squared errors', () => {
  // Squares 0.01, 0.04, 0.81.
  expect(brier([0.1, 0.8, 0.9], [0, 1, 0])).toBeCloseTo(0.86 / 3, 12)
})

test('the calibration slope of predictions is 1 when they were fitted to these outcomes, and a half when they are twice as extreme', () => {
  // Two groups, of which one in four and three in four did not come.
  const outcomes = [1, 0, 0, 0, 1, 1, 1, 0]
  const fitted = outcomes.map((_, at) => (at < 4 ? -Math.log(3) : Math.log(3)))
  expect(calibrationSlope(fitted, outcomes)).toBeCloseTo(1, 6)
  expect(
    calibrationSlope(
      fitted.map((x) => 2 * x),
      outcomes,
    ),
  ).toBeCloseTo(0.5, 6)
})

test('predictions that are all the same, or part the outcomes wholly, have no slope', () => {
  expect(calibrationSlope([0.3, 0.3, 0.3], [0, 1, 0])).toBeNull()
  expect(calibrationSlope([1, 2, 3, 4], [0, 0, 1, 1])).toBeNull()
  expect(calibrationSlope([1, 2, 2, 4], [1, 1, 0, 0])).toBeNull()
})
