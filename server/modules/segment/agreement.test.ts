import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holds } from '../../../contract/condition.ts'
import { type EventFact, eventFactNames, eventFactOf, type FieldType } from '../../../contract/event-fact.ts'
import { factOf, type FactType, type PersonFact, personFactNames, stages } from '../../../contract/fact.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { whoMeet } from '../../../test/support/rule-meaning.ts'
import { makeModel, type Model } from '../../../test/support/rule-model.ts'
import { storeModel } from '../../../test/support/rule-store.ts'
import { tries } from '../../../test/support/tries.ts'
import { factsObject, joinPersonSite } from '../person/fact.ts'
import { conditionSql, counted, lookUpsObject } from './rule.ts'

let app: TestApp
let model: Model

beforeAll(async () => {
  app = await createTestApp()
  model = makeModel(Number(process.env.CARELOOP_PROPERTY_FACTOR ?? 1), 60)
  await storeModel(app, model)
})
afterAll(() => app.close())

/** Consents and refusals are covered by the gate's own model, distances by their formula. */
const left: PersonFact[] = ['person.consents', 'person.optOuts', 'person.distanceKm']
const names = personFactNames.filter((name) => !left.includes(name))

const date = fc
  .integer({ min: -900, max: 60 })
  .map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10))
const words = fc.constantFrom(
  '',
  'female',
  'CARD',
  'EYE',
  'zh',
  '成都市',
  '区',
  '武侯区',
  'phone',
  '总经理',
  ...stages,
)
const values: Record<FactType, fc.Arbitrary<string | number | boolean>> = {
  number: fc.oneof(fc.integer({ min: -2, max: 90 }), fc.integer({ min: 0, max: 900 }), fc.constant(2.5)),
  text: words,
  choice: words,
  codes: fc.constantFrom('I10', 'I', 'E11.9', 'frequent', 'long'),
  date: fc.oneof(date, fc.constantFrom('1961-05-11', '1990-01-01')),
  boolean: fc.boolean(),
}
const ops = {
  number: ['=', '!=', '<', '<=', '>', '>='],
  date: ['=', '!=', '<', '<=', '>', '>='],
  choice: ['=', '!=', 'in', '<', 'contains'],
  text: ['=', '!=', 'in', 'contains', '>='],
  codes: ['contains'],
  boolean: ['='],
  code: ['=', 'in', 'contains'],
  answer: ['=', '!=', '<', '>=', 'in', 'contains'],
} as const

const comparison: fc.Arbitrary<Condition> = fc.constantFrom(...names).chain((fact) => {
  const { type } = factOf(fact)
  return fc.oneof(
    fc.boolean().map((value) => ({ fact, op: 'exists' as const, value })),
    fc.constantFrom(...ops[type]).chain((op) =>
      (op === 'in' ? fc.array(values[type], { maxLength: 3 }) : values[type]).map((value) => ({
        fact,
        op,
        value,
      })),
    ),
  )
})

const known: Partial<Record<string, readonly string[]>> = {
  class: ['inpatient', 'outpatient'],
  state: ['on', 'stopped', 'booked', 'missed'],
  code: ['I10', 'I', '4548-4', '2503'],
  pathway: ['model-vip', 'model-stay'],
  questionnaire: ['pain-model', 'model-phq'],
  group: ['acme', 'staff'],
  role: ['retiree', 'employee'],
  status: ['sent', 'failed'],
  relation: ['SPO'],
  outcome: ['done'],
}
const fieldValue = (name: string, type: FieldType): fc.Arbitrary<string | number | boolean> =>
  type === 'number'
    ? fc.integer({ min: 0, max: 400 })
    : type === 'answer'
      ? fc.constantFrom<(string | number)[]>('red', 'f', 7, 5, '7')
      : fc.constantFrom(...(known[name] ?? ['CARD', 'EYE', '01', 'H', '血']))
/** An order, or what contains what, of numbers and texts alike. */
const operation = (name: string, type: FieldType) =>
  fc.constantFrom(...ops[type]).chain((op) => {
    const value =
      op === 'contains' || op === 'in' ? fieldValue(name, type).map(String) : fieldValue(name, type)
    return (op === 'in' ? fc.array(value as fc.Arbitrary<string>, { maxLength: 3 }) : value).map((one) => ({
      op,
      value: one,
    }))
  })
const question = (type: FieldType) =>
  type === 'answer'
    ? fc.constantFrom('pain', 'wound', 'signs').map((one) => ({ question: one }))
    : fc.constant({})

const eventsOf = (of: EventFact): fc.Arbitrary<Condition> => {
  const definition = eventFactOf(of)
  const fields = Object.entries(definition.fields)
  const filter = fc
    .constantFrom(...fields)
    .chain(([field, type]) =>
      fc.tuple(operation(field, type), question(type)).map(([asked, more]) => ({ field, ...more, ...asked })),
    )
  const number = fc.record({ op: fc.constantFrom(...ops.number), value: fc.integer({ min: 0, max: 5 }) })
  const measures = [
    number.map((asked) => ({ measure: 'count' as const, ...asked })),
    ...(definition.sum === undefined
      ? []
      : [
          fc
            .record({ op: fc.constantFrom(...ops.number), value: fc.integer({ min: 0, max: 900 }) })
            .map((asked) => ({ measure: 'sum' as const, ...asked })),
        ]),
    ...fields
      .filter(([, type]) => type !== 'code')
      .map(([field, type]) =>
        fc
          .tuple(operation(field, type), question(type))
          .map(([asked, more]) => ({ measure: 'last' as const, field, ...more, ...asked })),
      ),
  ]
  const window = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 1, max: 700 }).map((withinDays) => ({ withinDays })),
    fc.tuple(date, date).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
    date.map((from) => ({ from })),
  )
  return fc
    .tuple(fc.oneof(...measures), fc.array(filter, { maxLength: 2 }), window)
    .map(([asked, where, when]) => ({ events: { of, ...asked, where, ...when } }))
}
const events = fc.constantFrom(...eventFactNames).chain(eventsOf)

const condition = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    events,
    fc.oneof(comparison, events).map((household): Condition => ({ household })),
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((all): Condition => ({ all })),
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((any): Condition => ({ any })),
    tie('any').map((not): Condition => ({ not })),
  ),
})).any

test(
  'a rule finds in the database whom an evaluator in memory finds, gathered or person by person',
  async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (rule) => {
        const expected = whoMeet(model, rule)
        for (const each of [false, true]) {
          const { rows } = await sql<{ id: number }>`
            select f.person_id as id from person_facts f where f.counted and ${conditionSql(rule, { ...counted, each })} order by 1`.execute(
            app.db,
          )
          expect(rows.map((row) => row.id)).toEqual(expected)
        }
      }),
      { numRuns: tries(400) },
    )
  },
  tries(60_000),
)

test(
  'a pathway that looks facts up decides as the database does',
  async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (rule) => {
        const { rows } = await sql<{ id: number; facts: Record<string, unknown> }>`
          select f.person_id as id, ${factsObject(names)} || ${lookUpsObject([rule])} as facts from person_facts f ${joinPersonSite}
          where f.counted order by 1`.execute(app.db)
        const met = rows.filter(({ facts }) => holds(rule, { fact: (name) => facts[name] }))
        expect(met.map(({ id }) => id)).toEqual(whoMeet(model, rule))
      }),
      { numRuns: tries(100) },
    )
  },
  tries(60_000),
)
