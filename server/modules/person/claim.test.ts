import { type ClaimField } from '../../../contract/provenance.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aside } from '../../platform/statement.ts'
import {
  addClaim,
  type Claim,
  claimRules,
  claimsOf,
  decide,
  decideDeath,
  type FieldRule,
  packClaims,
  restate,
  type Stated,
} from './claim.ts'

type Said = { source: string; value: string; at: number }

const rule = fc.record<FieldRule>({
  rule: fc.constantFrom(...claimRules),
  trusted: fc.shuffledSubarray(['hl7:A', 'hl7', 'fhir', 'import']),
})

/** What several sources say; a source says one thing at a time. */
const statements = (values: string[]) =>
  fc
    .uniqueArray(
      fc.record<Said>({
        source: fc.constantFrom('hl7:A', 'hl7:B', 'fhir:C', 'staff:王'),
        value: fc.constantFrom(...values),
        at: fc.oneof(
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 1, max: 3 }).map((n) => aside(new Date(n)).getTime()),
        ),
      }),
      { selector: ({ source, at }) => `${source}|${at}`, maxLength: 10 },
    )
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))

const claimsFrom = (all: Said[]) => all.reduce<Claim[]>((claims, one) => addClaim(claims, one), [])
const asSet = (claims: Claim[]) => claims.map((one) => JSON.stringify(one)).sort()

test('whatever the order in which statements arrive, the same claims are kept and the same one counts', () => {
  fc.assert(
    fc.property(statements(['x', 'y', 'z']), rule, ([all, shuffled], how) => {
      const [one, other] = [claimsFrom(all), claimsFrom(shuffled)]
      expect(asSet(one)).toEqual(asSet(other))
      expect(decide(one, how)).toEqual(decide(other, how))
    }),
    { numRuns: 3000 },
  )
})

test('the same of a death, which only staff take back', () => {
  fc.assert(
    fc.property(statements(['true', '2026-01-01T00:00:00.000Z', 'false']), rule, ([all, shuffled], how) => {
      const sane = (one: Said) => one.value !== 'false' || one.source.startsWith('staff')
      const [one, other] = [claimsFrom(all.filter(sane)), claimsFrom(shuffled.filter(sane))]
      expect(decideDeath(one, how)).toEqual(decideDeath(other, how))
      if (!one.some((claim) => claim.value === 'false') && one.length > 0)
        expect(decideDeath(one, how)?.value).not.toBe('false')
    }),
    { numRuns: 2000 },
  )
})

test('said again, nothing changes', () => {
  fc.assert(
    fc.property(statements(['x', 'y']), fc.nat(), ([all], pick) => {
      const claims = claimsFrom(all)
      const again = all[pick % Math.max(all.length, 1)]
      if (again) expect(addClaim(claims, again)).toEqual(claims)
    }),
    { numRuns: 1000 },
  )
})

test('what counts was really said, and nothing counts only where nobody said anything', () => {
  fc.assert(
    fc.property(statements(['x', 'y', 'z']), rule, ([all], how) => {
      const winner = decide(claimsFrom(all), how)
      if (all.length === 0) expect(winner).toBeNull()
      else expect(all.some((one) => one.source === winner?.source && one.value === winner.value)).toBe(true)
    }),
  )
})

const said = (source: string, value: string, at: number): Said => ({ source, value, at })
const outcome = (how: FieldRule['rule'], trusted: string[], ...all: Said[]) =>
  decide(claimsFrom(all), { rule: how, trusted })?.value

test('a correction holds against what the HIS repeats, not against what it says for the first time', () => {
  const before = [said('hl7:A', '1950', 1), said('staff:王', '1951', 5)]
  expect(outcome('staff-holds', [], ...before, said('hl7:A', '1950', 9))).toBe('1951')
  expect(outcome('staff-holds', [], ...before, said('hl7:A', '1952', 9))).toBe('1952')
  expect(outcome('newest', [], ...before, said('hl7:A', '1950', 9))).toBe('1950')
})

test('by trust the order of the site counts, then what is newer; staff stand above it', () => {
  const both = [said('hl7:A', 'x', 1), said('import:3', 'y', 9)]
  expect(outcome('trusted', ['hl7', 'import'], ...both)).toBe('x')
  expect(outcome('trusted', [], ...both)).toBe('y')
  expect(outcome('trusted', ['hl7'], ...both, said('staff:王', 'z', 10), said('hl7:A', 'x', 11))).toBe('z')
})

test('what only came along with a result fills a gap and overrules nobody, whatever the trust', () => {
  const along = said('hl7:LIS', 'x', aside(new Date(50)).getTime())
  expect(outcome('newest', [], along)).toBe('x')
  expect(outcome('trusted', ['hl7:LIS'], along, said('hl7:A', 'y', 1))).toBe('y')
})

test('a death that staff took back stays so while the HIS repeats it, and comes back with another time of death', () => {
  const first = '2026-01-01T00:00:00.000Z'
  const claims = claimsFrom([said('hl7:A', first, 1), said('staff:王', 'false', 5), said('hl7:A', first, 9)])
  const how: FieldRule = { rule: 'staff-holds', trusted: [] }
  expect(decideDeath(claims, how)?.value).toBe('false')
  expect(decideDeath(addClaim(claims, said('hl7:A', '2026-02-02T00:00:00.000Z', 10)), how)?.value).toBe(
    '2026-02-02T00:00:00.000Z',
  )
})

test('a source that never stops changing its mind does not fill the database', () => {
  const many = Array.from({ length: 500 }, (_, at) => said('hl7:A', `v${at}`, at + 1))
  const claims = claimsFrom([said('staff:王', 'x', 1), ...many])
  expect(claims.length).toBeLessThanOrEqual(12)
  expect(claims.map((one) => one.value)).toEqual(expect.arrayContaining(['x', 'v499']))
})

test('kept and read again, the sources of a record are the same; one source alone keeps nothing but the columns', () => {
  const rules = (how: FieldRule) =>
    Object.fromEntries(
      ['name', 'sex', 'birthDate', 'maritalStatus', 'language', 'deceased', 'address'].map((field) => [
        field,
        how,
      ]),
    ) as Record<ClaimField, FieldRule>
  const steps = fc.array(
    fc.record({
      source: fc.constantFrom('hl7:A', 'hl7:B', 'staff:王'),
      at: fc.integer({ min: 1, max: 20 }),
      values: fc.record(
        {
          name: fc.constantFrom('甲', '乙'),
          sex: fc.constantFrom('male', 'female'),
          birthDate: fc.constant('1950-01-01'),
        },
        { requiredKeys: [] },
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  fc.assert(
    fc.property(steps, rule, (all, how) => {
      let row: Stated = { source: all[0]?.source ?? '', source_time: new Date(0), said_at: {}, claims: null }
      let values: Partial<Record<ClaimField, string>> = {}
      for (const step of all) {
        const before = claimsOf(row, values)
        const { decided, stated } = restate(row, before, { ...step, at: new Date(step.at) }, rules(how))
        values = Object.fromEntries([...decided].map(([field, claim]) => [field, claim.value]))
        row = stated
        const read = claimsOf(row, values)
        for (const [field, claim] of decided)
          expect(
            read.get(field)?.find((one) => one.source === claim.source && one.value === claim.value)?.last,
          ).toBe(claim.last)
        expect(packClaims(read, row.source)).toEqual(row.claims)
      }
      if (new Set(all.map((one) => `${one.source}${JSON.stringify(one.values)}`)).size === 1)
        expect(row.claims).toBeNull()
    }),
    { numRuns: 1500 },
  )
})
