import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, drawSample, inclusionProbabilities, sampleSize, uniform } from './draw.ts'

const weight = fc.constantFrom(1, 2, 3, 4, 6, 9, 0.5)
const pool = fc
  .array(fc.record({ staffId: fc.constantFrom(1, 2, 3), weight }), { minLength: 1, maxLength: 40 })
  .map((all) => all.map((one, at): Candidate => ({ ...one, taskId: 1000 + at })))
const seed = fc.stringMatching(/^[0-9a-f]{32}$/)
const sizes = fc.record({ 1: fc.nat(12), 2: fc.nat(12), 3: fc.nat(12) })

test('the same seed draws the same sample, in whatever order the candidates come', () => {
  fc.assert(
    fc.property(seed, pool, sizes, fc.nat(40), (from, candidates, size, turn) => {
      const mixed = [...candidates.slice(turn), ...candidates.slice(0, turn)].reverse()
      const byTask = (sample: { taskId: number }[]) => [...sample].sort((a, b) => a.taskId - b.taskId)
      expect(byTask(drawSample(from, mixed, size))).toEqual(byTask(drawSample(from, candidates, size)))
    }),
  )
})

test('of each doctor exactly as many are drawn as asked for, or all there are', () => {
  fc.assert(
    fc.property(seed, pool, sizes, (from, candidates, size) => {
      const sample = drawSample(from, candidates, size)
      expect(sample).toHaveLength(candidates.length)
      for (const staffId of [1, 2, 3] as const) {
        const own = sample.filter((one) => one.staffId === staffId)
        const wanted = Math.min(size[staffId], own.length)
        expect(own.filter((one) => one.selected)).toHaveLength(wanted)
        expect(own.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(wanted, 9)
      }
    }),
    { numRuns: 500 },
  )
})

test('probabilities are proportional to weight, and never beyond certainty', () => {
  fc.assert(
    fc.property(
      fc.array(weight, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      (weights, size) => {
        const probabilities = inclusionProbabilities(weights, size)
        const open = weights.flatMap((one, at) =>
          (probabilities[at] ?? 0) < 1 ? [(probabilities[at] ?? 0) / one] : [],
        )
        for (const ratio of open) expect(ratio).toBeCloseTo(open[0] ?? 0, 12)
        for (const one of probabilities) expect(one > 0 && one <= 1).toBe(true)
        // Whoever is certain weighs at least as much as anybody who is not.
        const certain = weights.filter((_, at) => probabilities[at] === 1)
        const others = weights.filter((_, at) => probabilities[at] !== 1)
        if (certain.length > 0 && others.length > 0)
          expect(Math.min(...certain)).toBeGreaterThanOrEqual(Math.max(...others))
      },
    ),
  )
})

test('over many seeds each is drawn about as often as its probability says', () => {
  const candidates = [1, 1, 1, 1, 2, 2, 3, 4, 6, 9].map((one, at) => ({
    taskId: at + 1,
    staffId: 7,
    weight: one,
  }))
  const runs = 4000
  const drawn = new Map<number, number>()
  let probabilities = new Map<number, number>()
  for (let run = 0; run < runs; run++) {
    const sample = drawSample(`seed-${run}`, candidates, { 7: 3 })
    probabilities = new Map(sample.map((one) => [one.taskId, one.probability]))
    for (const one of sample) if (one.selected) drawn.set(one.taskId, (drawn.get(one.taskId) ?? 0) + 1)
  }
  for (const [taskId, probability] of probabilities) {
    // Five standard deviations: the seeds are fixed, so that this holds always or never.
    const tolerance = 5 * Math.sqrt((probability * (1 - probability)) / runs) + 1e-9
    expect(Math.abs((drawn.get(taskId) ?? 0) / runs - probability)).toBeLessThanOrEqual(tolerance)
  }
})

test('a number from the seed is what SHA-256 says, so that others can compute it', () => {
  // printf '%s' 'abc|start|7' | sha256sum | cut -c1-12
  expect(uniform('abc', 'start', 7)).toBe(0xf0fa3ea0ee66 / 2 ** 48)
})

test('a share is drawn, more of a new doctor, within bounds', () => {
  const rule = { share: 0.05, minimum: 3, maximum: 20, newDoctorFactor: 2 }
  expect([2, 40, 100, 1000].map((results) => sampleSize(results, false, rule))).toEqual([2, 3, 5, 20])
  expect([2, 40, 100, 1000].map((results) => sampleSize(results, true, rule))).toEqual([2, 4, 10, 20])
})
