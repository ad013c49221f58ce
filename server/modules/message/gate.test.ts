import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toLocal } from '../../platform/clock.ts'
import { gate, type GateFacts, type GateSettings } from './gate.ts'

const facts: fc.Arbitrary<GateFacts> = fc.record({
  deceased: fc.boolean(),
  address: fc.constantFrom('a@example.test', null),
  optedOut: fc.boolean(),
  formClosed: fc.boolean(),
  enrollmentStopped: fc.boolean(),
  disputed: fc.boolean(),
  automatic: fc.boolean(),
  sentLast7Days: fc.integer({ min: 0, max: 10 }),
  marketingLast30Days: fc.integer({ min: 0, max: 5 }),
  purpose: fc.constantFrom('clinical' as const, 'service' as const, 'marketing' as const),
  timeZone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'),
})
const settings: fc.Arbitrary<GateSettings> = fc.record({
  'contact.quiet-from': fc.integer({ min: 0, max: 23 }),
  'contact.quiet-to': fc.integer({ min: 0, max: 23 }),
  'contact.marketing-per-30-days': fc.integer({ min: 0, max: 5 }),
  'contact.total-per-7-days': fc.integer({ min: 1, max: 10 }),
})
const now = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })

function quiet(
  at: Date,
  { 'contact.quiet-from': from, 'contact.quiet-to': to }: GateSettings,
  timeZone: string,
) {
  const { hour } = toLocal(at, timeZone)
  if (from === to) return false
  return from < to ? hour >= from && hour < to : hour >= from || hour < to
}

const forbidden = (known: GateFacts, rules: GateSettings) =>
  known.deceased ||
  known.optedOut ||
  known.enrollmentStopped ||
  (known.disputed && (known.automatic || known.purpose !== 'clinical')) ||
  known.formClosed ||
  known.address === null ||
  (known.purpose !== 'clinical' && known.sentLast7Days >= rules['contact.total-per-7-days']) ||
  (known.purpose === 'marketing' && known.marketingLast30Days >= rules['contact.marketing-per-30-days'])

test('a message goes out exactly when nothing speaks against it and nobody sleeps', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = gate(known, rules, at)
      if (forbidden(known, rules)) expect(verdict.kind).toBe('suppress')
      else expect(verdict.kind).toBe(quiet(at, rules, known.timeZone) ? 'later' : 'send')
    }),
    { numRuns: 2000 },
  )
})

test('a message that waits for the end of quiet hours waits to the hour and no longer than a day', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = gate(known, rules, at)
      if (verdict.kind !== 'later') return
      expect(quiet(verdict.at, rules, known.timeZone)).toBe(false)
      expect(quiet(new Date(verdict.at.getTime() - 1), rules, known.timeZone)).toBe(true)
      expect(verdict.at.getTime() - at.getTime()).toBeLessThanOrEqual(25 * 3600_000)
    }),
    { numRuns: 2000 },
  )
})

test('death speaks before every other reason, and a lack of address only when the person may be written to', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = gate({ ...known, deceased: true }, rules, at)
      expect(verdict).toEqual({ kind: 'suppress', reason: 'deceased' })
    }),
  )
})
