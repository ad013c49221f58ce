import fc from 'fast-check'
import { expect, test } from 'vitest'
import { prng } from '../../../sim/prng.ts'
import { callsAllowed, lostShare, type Pace } from './pace.ts'

const quiet: Pace = {
  lines: 40,
  live: 0,
  freeAgents: 3,
  answered: 0,
  handedOver: 0,
  abandoned: 0,
  limit: 0.03,
}

test('without agents to hand over to the lines decide', () => {
  expect(callsAllowed({ ...quiet, freeAgents: null })).toBe(40)
  expect(callsAllowed({ ...quiet, freeAgents: null, live: 38 })).toBe(2)
  expect(callsAllowed({ ...quiet, freeAgents: null, live: 50 })).toBe(0)
})

test('no free agent, no call; few hand-overs allow more calls than agents, many do not', () => {
  expect(callsAllowed({ ...quiet, freeAgents: 0 })).toBe(0)
  const rare = callsAllowed({ ...quiet, answered: 1000, handedOver: 30 })
  const often = callsAllowed({ ...quiet, answered: 1000, handedOver: 700 })
  expect(rare).toBeGreaterThan(15)
  expect(often).toBe(3)
})

test('after too many lost callers each call has an agent of its own', () => {
  const seen = { answered: 1000, handedOver: 100 }
  expect(callsAllowed({ ...quiet, ...seen, abandoned: 3 })).toBeGreaterThan(3)
  expect(callsAllowed({ ...quiet, ...seen, abandoned: 4 })).toBe(3)
})

test('never more than the lines, never below zero, and never more with fewer agents', () => {
  const pace = fc.record({
    lines: fc.integer({ min: 1, max: 60 }),
    live: fc.nat(80),
    freeAgents: fc.nat(30),
    answered: fc.nat(500),
    handedOver: fc.nat(200),
    abandoned: fc.nat(20),
    limit: fc.constantFrom(0.01, 0.03, 0.1),
  })
  fc.assert(
    fc.property(pace, (one) => {
      const seen = { ...one, handedOver: Math.min(one.handedOver, one.answered) }
      const allowed = callsAllowed(seen)
      expect(allowed).toBeGreaterThanOrEqual(0)
      expect(allowed + one.live).toBeLessThanOrEqual(Math.max(one.lines, one.live))
      if (one.freeAgents > 0)
        expect(callsAllowed({ ...seen, freeAgents: one.freeAgents - 1 })).toBeLessThanOrEqual(allowed)
    }),
  )
  expect(lostShare(10, 10, 0.5)).toBe(0)
  expect(lostShare(10, 0, 0.5)).toBeCloseTo(1, 9)
})

test('a day of calls loses fewer than 3 % of those handed over', () => {
  for (const seed of [1, 2, 3]) {
    const random = prng(seed)
    // A second a step: calls of 25 to 120 seconds, one of fourteen asks for a person, who takes 60 to 300 seconds; callers wait 20 seconds.
    let [answered, handedOver, abandoned, done] = [0, 0, 0, 0]
    let calls: number[] = []
    let agents: number[] = Array.from({ length: 6 }, () => 0)
    let waiting: number[] = []
    for (let now = 0; now < 8 * 3600; now++) {
      const over = calls.filter((end) => end <= now)
      calls = calls.filter((end) => end > now)
      for (const _ of over) {
        answered += 1
        done += 1
        if (random() < 1 / 14) {
          handedOver += 1
          waiting.push(now)
        }
      }
      agents = agents.map((busy) => {
        if (busy > now || waiting.length === 0) return busy
        waiting.shift()
        return now + 60 + Math.floor(random() * 240)
      })
      abandoned += waiting.filter((since) => now - since > 20).length
      waiting = waiting.filter((since) => now - since <= 20)
      if (now % 2 > 0) continue
      const freeAgents = Math.max(0, agents.filter((busy) => busy <= now).length - waiting.length)
      const allowed = callsAllowed({
        lines: 60,
        live: calls.length,
        freeAgents,
        answered,
        handedOver,
        abandoned,
        limit: 0.03,
      })
      for (let n = 0; n < allowed; n++) calls.push(now + 25 + Math.floor(random() * 95))
    }
    expect(handedOver).toBeGreaterThan(100)
    expect(abandoned / handedOver).toBeLessThanOrEqual(0.03)
    // Four and more calls for each agent's time that is free, not one.
    expect(done).toBeGreaterThan(2000)
  }
})
