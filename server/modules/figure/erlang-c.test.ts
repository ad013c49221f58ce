import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agentsNeeded, erlangB, erlangC, waitingOf } from './erlang-c.ts'

/** The definition, term by term, for numbers small enough for it. */
function byDefinition(traffic: number, agents: number): number {
  let [term, sum] = [1, 0]
  for (let n = 0; n < agents; n++) {
    sum += term
    term *= traffic / (n + 1)
  }
  const all = (term * agents) / (agents - traffic)
  return all / (sum + all)
}

test('Erlang C agrees with published values', () => {
  // Fractions that follow from the formula, and tables of the literature to the digits printed there.
  for (const [traffic, agents, waits] of [
    [0.5, 1, 1 / 2],
    [1, 2, 1 / 3],
    [2, 3, 4 / 9],
    [10, 14, 0.1741],
    [8, 10, 0.4092],
    [5, 6, 0.5875],
    [20, 24, 0.2981],
  ] as const)
    expect(erlangC(traffic, agents)).toBeCloseTo(waits, 4)
  // Erlang B: 10 erlangs on 10 lines lose 21.46 %, 5 on 10 lose 1.84 %.
  expect(erlangB(10, 10)).toBeCloseTo(0.2146, 4)
  expect(erlangB(5, 10)).toBeCloseTo(0.0184, 4)
})

test('the usual example: 100 calls in half an hour of 3 minutes need 14 agents for 80 % in 20 seconds', () => {
  const load = { calls: 100, aht: 180, minutes: 30 }
  const needed = agentsNeeded(load, { share: 0.8, seconds: 20 })
  expect(needed.agents).toBe(14)
  expect(needed.traffic).toBe(10)
  expect(needed.serviceLevel).toBeCloseTo(0.888, 3)
  expect(needed.averageSpeedOfAnswer).toBeCloseTo(7.8, 1)
  expect(needed.occupancy).toBeCloseTo(0.714, 3)
  expect(waitingOf(load, 13, 20).serviceLevel).toBeLessThan(0.8)
  expect(waitingOf(load, 10, 20)).toMatchObject({
    serviceLevel: 0,
    averageSpeedOfAnswer: null,
    waitProbability: 1,
  })
})

test('the recursion equals the definition, more agents never make anybody wait longer, and large centres are no trouble', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 60, noNaN: true }),
      fc.integer({ min: 1, max: 100 }),
      (traffic, agents) => {
        const waits = erlangC(traffic, agents)
        expect(waits).toBeGreaterThanOrEqual(0)
        expect(waits).toBeLessThanOrEqual(1)
        expect(erlangC(traffic, agents + 1)).toBeLessThanOrEqual(waits)
        if (agents > traffic) expect(waits).toBeCloseTo(byDefinition(traffic, agents), 9)
      },
    ),
  )
  expect(erlangC(9_900, 10_000)).toBeGreaterThan(0)
  expect(
    agentsNeeded({ calls: 100_000, aht: 300, minutes: 30 }, { share: 0.8, seconds: 20 }).agents,
  ).toBeGreaterThan(16_667)
})
