import { expect, test } from 'vitest'
import { judge, NotEnough, splitByTime } from './judge.ts'
import { columnsOf, explain, fit, predict, type Row } from './model.ts'

/** Numbers from 0 to 1 that look like chance and are always the same. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** People who miss more often when they booked long ago, and by the telephone. */
function sample(count: number) {
  const next = chance(7)
  const rows: Row[] = []
  const outcomes: number[] = []
  for (let at = 0; at < count; at++) {
    const [lead, channel, age] = [
      next() * 4,
      next() < 0.5 ? 'phone' : 'web',
      next() < 0.1 ? null : next() * 90,
    ]
    rows.push({ lead, channel, age, site: 'NH' })
    outcomes.push(next() < 1 / (1 + Math.exp(3 - lead - (channel === 'phone' ? 1 : 0))) ? 1 : 0)
  }
  return { rows, outcomes }
}

test('a model tells the risk of a row, the same after it was stored', () => {
  const { rows, outcomes } = sample(2000)
  const model = fit(rows, outcomes)
  const [low, high] = [
    { lead: 0, channel: 'web', age: 40, site: 'NH' },
    { lead: 4, channel: 'phone', age: 40, site: 'NH' },
  ]
  // The true ones are 1 / (1 + e^3) and 1 / (1 + e^-2).
  expect(predict(model, low)).toBeCloseTo(0.047, 1)
  expect(predict(model, high)).toBeCloseTo(0.88, 1)
  expect(predict(JSON.parse(JSON.stringify(model)) as typeof model, high)).toBe(predict(model, high))
  expect(model.constant).toEqual(['site'])
})

test('what moves a prediction most is named with its value, strongest first, compared with the mean', () => {
  const { rows, outcomes } = sample(2000)
  const drivers = explain(fit(rows, outcomes), { lead: 4, channel: 'phone', age: null, site: 'NH' })
  expect(drivers[0]).toMatchObject({ feature: 'lead', value: 4 })
  // Two above the mean lead, one each; and half of the difference of the channels.
  expect(drivers[0]?.contribution).toBeCloseTo(2, 0)
  expect(drivers[1]).toMatchObject({ feature: 'channel', value: 'phone' })
  expect(drivers[1]?.contribution).toBeCloseTo(0.5, 0)
})

test('the contributions of all features and the mean make up the log odds', () => {
  const { rows, outcomes } = sample(300)
  const model = fit(rows, outcomes)
  const row = rows[5] ?? {}
  const p = predict(model, row)
  const mean = model.terms.reduce((sum, term) => sum + term.average, model.intercept)
  const moved = explain(model, row, 99).reduce((sum, one) => sum + one.contribution, 0)
  expect(mean + moved).toBeCloseTo(Math.log(p / (1 - p)), 8)
})

test('values that training never saw, and texts like names of the language, do no harm', () => {
  const { rows, outcomes } = sample(300)
  const model = fit(
    rows.map((row, at) => ({ ...row, channel: at % 3 === 0 ? '__proto__' : 'constructor' })),
    outcomes,
  )
  for (const channel of ['__proto__', 'toString', 'green', '', null])
    expect(predict(model, { lead: 1, channel, age: null, site: null })).toBeGreaterThan(0)
})

test('only the most frequent values of a text have a weight of their own', () => {
  const next = chance(3)
  const rows = Array.from({ length: 3000 }, () => ({ place: `P${Math.floor(next() * 60)}` }))
  const [term] = fit(
    rows,
    rows.map(() => (next() < 0.3 ? 1 : 0)),
  ).terms
  expect(term?.kind === 'choice' && Object.keys(term.weights).length).toBe(25)
})

test('the last quarter by start is tested on, and those that start together stay together', () => {
  expect(splitByTime([4, 1, 2, 3])).toEqual({ train: [1, 2, 3], test: [0], from: 4 })
  expect(splitByTime([1, 2, 3, 3, 2, 3, 1, 3])).toMatchObject({ train: [0, 1, 4, 6], test: [2, 3, 5, 7] })
  expect(() => splitByTime([5, 5, 5])).toThrow(NotEnough)
})

test('one outcome alone, before the last quarter or in it, is refused with the reason', () => {
  const rows = Array.from({ length: 40 }, (_, at) => ({ x: at % 7 }))
  const starts = rows.map((_, at) => at)
  const judged = (outcomes: number[]) => () => judge(columnsOf(rows), outcomes, starts)
  expect(judged(starts.map((at) => (at >= 30 && at % 2 ? 1 : 0)))).toThrow(
    'before the last quarter have the same outcome (all came)',
  )
  expect(judged(starts.map((at) => (at < 30 && at % 2 ? 1 : 0)))).toThrow(
    'Of the 10 appointments of the last quarter 0 did not come',
  )
})

test('a model that knows what matters tells well on later appointments, and its probabilities hold', () => {
  const { rows, outcomes } = sample(4000)
  const { figures, trained, tested } = judge(
    columnsOf(rows),
    outcomes,
    rows.map((_, at) => at),
  )
  expect([trained, tested]).toEqual([3000, 1000])
  expect(figures.auc).toBeGreaterThan(0.75)
  expect(figures.aucLow).toBeLessThan(figures.auc)
  expect(figures.aucHigh).toBeGreaterThan(figures.auc)
  expect(figures.calibrationSlope).toBeGreaterThan(0.8)
  expect(figures.calibrationSlope).toBeLessThan(1.2)
  expect(figures.brier).toBeLessThan(0.2)
})

test('many features of chance on few rows do not make the predictions extreme', () => {
  const next = chance(11)
  const { rows, outcomes } = sample(600)
  const noisy = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`noise ${at}`, `N${Math.floor(next() * 20)}`]),
    ),
  }))
  const { figures, ridge } = judge(
    columnsOf(noisy),
    outcomes,
    rows.map((_, at) => at),
  )
  expect(ridge).toBeGreaterThan(1)
  expect(figures.calibrationSlope).toBeGreaterThan(0.6)
})
