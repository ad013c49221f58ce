import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holds } from '../../../contract/condition.ts'
import { factOf, type FactType, personFactNames, stages } from '../../../contract/fact.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import { factsObject, joinPersonSite } from '../person/fact.ts'
import { refreshWindows } from '../person/facts.ts'
import { conditionSql } from './rule.ts'

let app: TestApp
const day = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * day)

beforeAll(async () => {
  app = await createTestApp()
  for (let n = 0; n < 24; n++) {
    const mrn = `F${n}`
    const visit = (k: number) => `${mrn}-${k}`
    const who = {
      mrn,
      sex: n % 3 === 0 ? 'F' : 'M',
      birth: n % 5 === 0 ? null : `${1930 + 3 * n}0${1 + (n % 9)}15`,
      department: n % 2 ? 'CARD' : 'GAST',
    }
    if (n % 4 !== 3)
      await receive(app, { ...who, event: 'A04', class: 'O', visit: visit(0), at: ago(1 + 37 * n) })
    else await receive(app, { ...who, event: 'A28', visit: null })
    if (n % 4 === 1)
      await receive(app, {
        ...who,
        event: 'A03',
        visit: visit(1),
        admittedAt: ago(9 * n + 5),
        dischargedAt: ago(9 * n),
        at: ago(9 * n),
        diagnoses: [[n % 8 === 1 ? 'I10.x02' : 'E11.9', '病']],
      })
    if (n % 8 === 2) await receive(app, { ...who, event: 'A01', visit: visit(2), at: ago(1) })
  }
})
afterAll(() => app.close())

type Known = { id: number; facts: Record<string, unknown> }

const known = async () =>
  (
    await sql<Known>`
      select p.id, ${factsObject()} as facts from person p join person_facts f on f.person_id = p.id ${joinPersonSite}`.execute(
      app.db,
    )
  ).rows

const values: Record<FactType, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  number: fc.integer({ min: -5, max: 120 }),
  text: fc.constantFrom('zh', '杭州市', 'x'),
  choice: fc.constantFrom('female', 'male', 'CARD', 'GAST', ...stages),
  codes: fc.constantFrom('I10', 'E11.9', 'I', 'often'),
  date: fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * day).toISOString().slice(0, 10)),
}
const ops = {
  boolean: ['=', 'exists'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'in', 'exists'],
  date: ['=', '<', '<=', '>', '>=', 'exists'],
  choice: ['=', '!=', 'in', 'exists', '<'],
  text: ['=', '!=', 'contains', 'exists'],
  codes: ['contains', 'exists'],
} as const

const comparison = fc.constantFrom(...personFactNames).chain((fact): fc.Arbitrary<Condition> => {
  const { type } = factOf(fact)
  return fc
    .constantFrom(...ops[type])
    .chain((op) =>
      (op === 'exists'
        ? fc.boolean()
        : op === 'in'
          ? fc.array(values[type], { maxLength: 3 })
          : values[type]
      ).map((value) => ({ fact, op, value })),
    )
})
const condition = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((all): Condition => ({ all })),
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((any): Condition => ({ any })),
    tie('any').map((not): Condition => ({ not })),
  ),
})).any

test(
  'any condition counts in the database whom it holds for in the engine',
  async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (one) => {
        const people = await known()
        const { rows } = await sql<{ id: number }>`
        select p.id from person p join person_facts f on f.person_id = p.id ${joinPersonSite} where ${conditionSql(one)} order by p.id`.execute(
          app.db,
        )
        const expected = people.filter(({ facts }) => holds(one, { fact: (name) => facts[name] }))
        expect(rows.map((row) => row.id)).toEqual(expected.map(({ id }) => id).sort((a, b) => a - b))
      }),
      { numRuns: tries(150) },
    )
  },
  tries(60_000),
)

test('facts say what the visits say, and what days change is kept by the night', async () => {
  const people = await known()
  const stageOf = new Map(people.map(({ facts }) => [facts['person.stage'], facts]))
  expect([...stageOf.keys()].sort()).toEqual(['active', 'after-discharge', 'in-hospital', 'lapsed', 'never'])
  expect(stageOf.get('in-hospital')).toMatchObject({ 'person.daysSinceVisit': 1 })
  const [one] = people.filter(({ facts }) => facts['person.staysInYear'] === 1)
  await sql`update encounter set starts_at = now() - interval '400 days', ends_at = now() - interval '399 days' where person_id = ${one?.id}`.execute(
    app.db,
  )
  expect(await refreshWindows(app.db)).toBeGreaterThan(0)
  expect((await known()).find(({ id }) => id === one?.id)?.facts).toMatchObject({
    'person.visitsInYear': 0,
    'person.staysInYear': 0,
  })
})

test('a comparison that a fact does not know is refused by its name', () => {
  const refuse = (one: Condition) => () => conditionSql(one)
  expect(refuse({ fact: 'person.shoeSize', op: '=', value: 1 })).toThrow('Some fields are not right')
  expect(refuse({ fact: 'person.visits', op: '=', value: 'many' })).toThrow()
  expect(refuse({ fact: 'person.conditionCodes', op: '=', value: 'I10' })).toThrow()
  expect(refuse({ sample: { rate: 0.1, seed: 'x' } })).toThrow()
})
