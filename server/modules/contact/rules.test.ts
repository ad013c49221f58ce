import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tries } from '../../../test/support/tries.ts'
import { calendarsOf } from '../../platform/calendar.ts'
import { localDate, toLocal } from '../../platform/clock.ts'
import { atBestHour, type Contacted, type ContactFacts, type ContactSettings, decide } from './rules.ts'

const contacted: fc.Arbitrary<Contacted> = fc.record({
  total7: fc.integer({ min: 0, max: 10 }),
  marketing30: fc.integer({ min: 0, max: 5 }),
})
const facts: fc.Arbitrary<ContactFacts> = fc.record({
  purpose: fc.constantFrom('clinical' as const, 'service' as const, 'marketing' as const),
  automatic: fc.boolean(),
  emergency: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  deceased: fc.boolean(),
  disputed: fc.boolean(),
  optedOut: fc.boolean(),
  consented: fc.boolean(),
  address: fc.constantFrom('a@example.test', '', null),
  person: contacted,
  household: contacted,
  wished: fc.option(
    fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 10 }))
      .map(([from, hours]) => ({ from, to: Math.min(24, from + hours) })),
  ),
  timeZone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'),
})
const settings: fc.Arbitrary<ContactSettings> = fc.record({
  'contact.quiet-from': fc.integer({ min: 0, max: 23 }),
  'contact.quiet-to': fc.integer({ min: 0, max: 23 }),
  'contact.on-holidays': fc.boolean(),
  'contact.marketing-per-30-days': fc.integer({ min: 0, max: 5 }),
  'contact.total-per-7-days': fc.integer({ min: 1, max: 10 }),
  'contact.household-marketing-per-30-days': fc.integer({ min: 0, max: 5 }),
  'contact.household-total-per-7-days': fc.integer({ min: 1, max: 10 }),
})
/** Random contacts of each property; 100,000 of them in `torture/properties.ts` with a factor of 20. */
const runs = tries(5000)
/** The first week of each October, and New Year. */
const holidays = calendarsOf(
  [2024, 2025, 2026, 2027, 2028, 2029, 2030].map((year) => ({
    site_id: null,
    country: 'CN',
    days: [`01-01-`, ...[1, 2, 3, 4, 5, 6, 7].map((day) => `10-0${day}-`), '10-08+']
      .map((day) => `${year}-${day}`)
      .join(''),
  })),
)(null)
const now = fc.oneof(
  fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
  fc.date({ min: new Date('2026-09-29'), max: new Date('2026-10-09'), noInvalidDate: true }),
)

const asleep = (hour: number, { 'contact.quiet-from': from, 'contact.quiet-to': to }: ContactSettings) =>
  from !== to && (from < to ? hour >= from && hour < to : hour >= from || hour < to)

function quiet(at: Date, rules: ContactSettings, { purpose, timeZone, wished, emergency }: ContactFacts) {
  if (emergency) return false
  const { hour } = toLocal(at, timeZone)
  if (asleep(hour, rules)) return true
  if (purpose === 'clinical') return false
  const holiday = holidays.exceptions.get(localDate(at, timeZone)) === false
  if (holiday && !rules['contact.on-holidays']) return true
  if (!wished) return false
  // Wishes wholly in the night cannot be met.
  const hours = Array.from({ length: 24 }, (_, one) => one).filter(
    (one) => one >= wished.from && one < wished.to,
  )
  return hours.some((one) => !asleep(one, rules)) && !hours.includes(hour)
}

const full = ({ purpose, person, household }: ContactFacts, rules: ContactSettings) =>
  person.total7 >= rules['contact.total-per-7-days'] ||
  household.total7 >= rules['contact.household-total-per-7-days'] ||
  (purpose === 'marketing' &&
    (person.marketing30 >= rules['contact.marketing-per-30-days'] ||
      household.marketing30 >= rules['contact.household-marketing-per-30-days']))

const forbidden = (known: ContactFacts, rules: ContactSettings) =>
  known.deceased ||
  known.address === null ||
  (!known.emergency &&
    (known.optedOut ||
      (known.purpose === 'marketing' && !known.consented) ||
      (known.disputed && (known.automatic || known.purpose !== 'clinical')) ||
      (known.purpose !== 'clinical' && full(known, rules))))

test('a contact is permitted exactly when nothing speaks against it and nobody sleeps or is on holiday', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = decide(known, rules, at, holidays)
      if (forbidden(known, rules)) expect(verdict.kind).toBe('refuse')
      else expect(verdict.kind).toBe(quiet(at, rules, known) ? 'later' : 'permit')
    }),
    { numRuns: runs },
  )
})

test('what waits for the end of quiet hours or holidays waits to the hour and no longer', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = decide(known, rules, at, holidays)
      if (verdict.kind !== 'later') return
      expect(quiet(verdict.at, rules, known)).toBe(false)
      expect(quiet(new Date(verdict.at.getTime() - 1), rules, known)).toBe(true)
      for (let hour = at.getTime(); hour < verdict.at.getTime(); hour += 3600_000)
        expect(quiet(new Date(hour), rules, known)).toBe(true)
    }),
    { numRuns: runs },
  )
})

test('the best hour of a person never falls into quiet hours, and is the next of its kind', () => {
  fc.assert(
    fc.property(facts, settings, now, fc.integer({ min: 0, max: 23 }), (known, rules, at, hour) => {
      const best = atBestHour(at, hour, rules, known.timeZone)
      const local = toLocal(best, known.timeZone).hour
      if (best.getTime() === at.getTime()) return
      expect(local).toBe(hour)
      expect(asleep(local, rules)).toBe(false)
      expect(best.getTime() - at.getTime()).toBeLessThan(49 * 3600_000)
    }),
    { numRuns: runs },
  )
})

test('an emergency reaches everybody who lives and has an address, at any hour', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = decide({ ...known, emergency: true }, rules, at, holidays)
      if (known.deceased) expect(verdict).toEqual({ kind: 'refuse', reason: 'deceased' })
      else if (known.address === null) expect(verdict).toEqual({ kind: 'refuse', reason: 'no-address' })
      else expect(verdict).toEqual({ kind: 'permit', address: known.address })
    }),
    { numRuns: runs },
  )
})

test('death speaks before every other reason', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = decide({ ...known, deceased: true }, rules, at, holidays)
      expect(verdict).toEqual({ kind: 'refuse', reason: 'deceased' })
    }),
  )
})

test('nothing clinical is held back by a cap, however much was sent', () => {
  fc.assert(
    fc.property(facts, settings, now, (known, rules, at) => {
      const verdict = decide({ ...known, purpose: 'clinical', emergency: false }, rules, at, holidays)
      expect(verdict).not.toEqual({ kind: 'refuse', reason: 'frequency-cap' })
    }),
  )
})
