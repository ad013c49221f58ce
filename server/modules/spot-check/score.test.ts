import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import { scoreOf, wilsonInterval } from './score.ts'

const equal = (agreed: number, checked: number) => ({
  checked,
  weight: checked,
  weightSquared: checked,
  agreed,
})

test.each([
  // Wilson's interval as tabulated by Newcombe, Stat. Med. 17 (1998) 857–872, table I, method 3.
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i lies between %f and %f', (agreed, checked, low, high) => {
  const interval = wilsonInterval(agreed / checked, checked)
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('the interval holds the share, stays within 0 and 1, and narrows with more checks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (checked, given) => {
      const share = Math.min(given, checked) / checked
      const { low, high } = wilsonInterval(share, checked)
      expect(low >= 0 && low <= share && share <= high && high <= 1).toBe(true)
      const more = wilsonInterval(share, checked * 2)
      expect(more.high - more.low).toBeLessThan(high - low)
    }),
  )
})

test('about 95 of 100 intervals hold the true share', () => {
  for (const share of [0.5, 0.8, 0.9])
    for (const size of [10, 20, 50]) {
      // Exactly, by summing the binomial distribution.
      let held = 0
      let probability = (1 - share) ** size
      for (let k = 0; k <= size; k++) {
        const { low, high } = wilsonInterval(k / size, size)
        if (low <= share && share <= high) held += probability
        probability *= ((size - k) / (k + 1)) * (share / (1 - share))
      }
      expect(held).toBeGreaterThan(0.9)
      expect(held).toBeLessThan(0.99)
    }
})

test('with equal weights the score is the plain share; unequal ones count the seldom drawn more and widen the interval', () => {
  expect(scoreOf(equal(9, 10), 5)).toEqual({ value: 0.9, ...wilsonInterval(0.9, 10) })
  // Five drawn for certain disagree, five drawn one in five agree: of thirty results twenty-five.
  const sums = { checked: 10, weight: 30, weightSquared: 130, agreed: 25 }
  const score = scoreOf(sums, 5)
  expect(score?.value).toBeCloseTo(25 / 30, 12)
  const plain = wilsonInterval(25 / 30, 10)
  expect((score?.high ?? 0) - (score?.low ?? 0)).toBeGreaterThan(plain.high - plain.low)
})

test('fewer checks than the minimum give no score at all', () => {
  expect(scoreOf(equal(4, 4), 5)).toBeNull()
  expect(scoreOf(equal(0, 0), 1)).toBeNull()
  expect(scoreOf(equal(5, 5), 5)).not.toBeNull()
})

const recorded = { date: '2026-10-10', answers: { medication: 'yes', revisit: 'told' } }
const rule = { dayTolerance: 2, fieldsToDisagree: 2 }
const yes = { called: 'yes', 'called-on': '2026-10-11', medication: 'yes', revisit: 'yes' }

test.each([
  ['everything as recorded', yes, 'agree'],
  ['nobody called', { called: 'no' }, 'disagree'],
  ['does not remember a call', { called: 'unsure' }, 'unclear'],
  ['one mismatch may be memory', { ...yes, medication: 'partly' }, 'agree'],
  ['two mismatches are a pattern', { ...yes, medication: 'partly', revisit: 'no' }, 'disagree'],
  ['day too far off and another', { ...yes, 'called-on': '2026-10-20', revisit: 'no' }, 'disagree'],
  ['not remembered is no mismatch', { called: 'yes', medication: 'unsure', revisit: 'unsure' }, 'agree'],
])('%s', (_, said, status) => {
  expect(judge(recorded, said, rule).status).toBe(status)
})

test('what the doctor did not record is not held against him', () => {
  const { status, fields } = judge(
    { date: '2026-10-10', answers: {} },
    { ...yes, medication: 'none', revisit: 'no' },
    rule,
  )
  expect(status).toBe('agree')
  expect(fields.map((one) => [one.field, one.result])).toEqual([
    ['called', 'agree'],
    ['called-on', 'agree'],
    ['medication', 'unclear'],
    ['revisit', 'unclear'],
  ])
})
