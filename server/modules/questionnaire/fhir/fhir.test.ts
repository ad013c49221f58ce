import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Condition,
  type Question,
  type QuestionnaireBody,
  questionnaireBody,
} from '../../../../contract/questionnaire.ts'
import { shippedQuestionnaires } from '../../../seed/base/seed.ts'
import { type Content, toFhir } from './export.ts'
import { fromFhir } from './import.ts'
import { fhirQuestionnaire, type Item } from './terms.ts'

const published = { version: 3, status: 'active', date: '2026-11-22T10:00:00.000Z' } as const
const words = fc.string({ minLength: 1, maxLength: 12 })
const localized = fc.record(
  { 'zh-CN': words, 'zh-TW': fc.string({ maxLength: 6 }), en: fc.string({ maxLength: 6 }) },
  { requiredKeys: ['zh-CN'] },
)
const linkId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'a-help')
const scalar = fc.oneof(
  fc.constantFrom('x', 'y', 'xy', '2026-11-22'),
  fc.integer({ min: -5, max: 5 }),
  fc.boolean(),
)
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    fact: linkId.map((one) => `answers.${one}`),
    op: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'contains'),
    value: scalar,
  }),
  fc.record({
    fact: linkId.map((one) => `answers.${one}`),
    op: fc.constant('in'),
    value: fc.array(scalar, { maxLength: 3 }),
  }),
  fc.record(
    { fact: linkId.map((one) => `answers.${one}`), op: fc.constant('exists'), value: fc.boolean() },
    { requiredKeys: ['fact', 'op'] },
  ),
)
const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    comparison,
    fc.record({ all: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('any') }),
  ),
})).any
const option = fc.record(
  {
    value: fc.constantFrom('x', 'y', 'xy', 'z'),
    text: localized,
    score: fc.integer({ min: 0, max: 9 }),
    system: fc.constant('http://loinc.org'),
  },
  { requiredKeys: ['value', 'text'] },
)
const question: fc.Arbitrary<Question> = fc.record(
  {
    linkId,
    type: fc.constantFrom<Question['type'][]>(
      'group',
      'choice',
      'multiple',
      'boolean',
      'integer',
      'decimal',
      'scale',
      'date',
      'string',
      'text',
      'display',
      'matrix',
      'photo',
    ),
    maxPhotos: fc.integer({ min: 1, max: 5 }),
    text: localized,
    help: localized,
    codes: fc.array(fc.record({ system: fc.webUrl(), code: fc.constantFrom('44250-9', 'x') }), {
      minLength: 1,
      maxLength: 2,
    }),
    required: fc.boolean(),
    staffOnly: fc.boolean(),
    unit: fc.constantFrom('mmHg', '℃'),
    min: fc.double({ min: -20, max: 5, noNaN: true }).map((one) => one + 0),
    max: fc.integer({ min: 5, max: 20 }),
    options: fc.uniqueArray(option, { selector: (one) => one.value, maxLength: 4 }),
    rows: fc.uniqueArray(fc.record({ linkId: fc.constantFrom('r1', 'r2', 'r3'), text: localized }), {
      selector: (one) => one.linkId,
      maxLength: 3,
    }),
    scores: fc.array(fc.record({ upTo: fc.integer(), score: fc.integer() }), { maxLength: 2 }),
    enableWhen: condition,
    redFlag: fc.record(
      { when: condition, text: localized, withinMinutes: fc.constant(60), advice: localized },
      { requiredKeys: ['when', 'text', 'withinMinutes'] },
    ),
  },
  { requiredKeys: ['linkId', 'type', 'text'] },
)
const body: fc.Arbitrary<QuestionnaireBody> = fc.record(
  {
    script: localized,
    intro: localized,
    thanks: localized,
    items: fc.uniqueArray(question, {
      selector: (one) => one.linkId,
      minLength: 1,
      maxLength: 6,
    }),
    scoring: fc.constantFrom<('none' | 'sum')[]>('none', 'sum'),
    bands: fc.array(
      fc.record(
        {
          code: fc.constantFrom('low', 'high'),
          upTo: fc.integer(),
          text: localized,
          tone: fc.constantFrom<('good' | 'bad')[]>('good', 'bad'),
          redFlagWithinMinutes: fc.constant(60),
        },
        { requiredKeys: ['code', 'text', 'tone'] },
      ),
      { maxLength: 2 },
    ),
    scoreShownToPerson: fc.boolean(),
    licence: words,
  },
  { requiredKeys: ['items', 'scoring'] },
)

/** Through JSON, as between two systems. */
function roundTrip(content: Content) {
  return fromFhir(fhirQuestionnaire.parse(JSON.parse(JSON.stringify(toFhir(content, published)))))
}

function itemsOf(items: Item[] = []): Item[] {
  return items.flatMap((item) => [item, ...itemsOf(item.item)])
}

test('whatever can be designed comes back from FHIR as it was, with nothing to report', () => {
  fc.assert(
    fc.property(
      body,
      fc.record({ 'zh-CN': words, en: words }),
      fc.option(words),
      (written, title, source) => {
        // Rows of two matrices must not share their names.
        const seen = new Set<string>()
        const items = written.items.map((item) => ({
          ...item,
          ...(item.rows && {
            rows: item.rows.filter((row) => !seen.has(row.linkId) && seen.add(row.linkId)),
          }),
        }))
        const content = { code: 'own-1', title, source, body: questionnaireBody.parse({ ...written, items }) }
        const back = roundTrip(content)
        expect(back).toEqual({ ...content, notes: [] })
      },
    ),
    { numRuns: 400 },
  )
})

test('every instrument that ships makes the trip, and FHIR sees no linkId twice', () => {
  expect(shippedQuestionnaires.length).toBeGreaterThan(10)
  for (const { code, title, source, ...written } of shippedQuestionnaires) {
    const content = { code, title, source, body: questionnaireBody.parse(written) }
    const { notes, ...back } = roundTrip(content)
    expect([code, back, notes]).toEqual([code, content, []])
    const ids = itemsOf(toFhir(content, published).item).map((one) => one.linkId)
    expect(new Set(ids).size).toBe(ids.length)
  }
})

const yesNo = [
  { value: 'y', text: { 'zh-CN': '有' } },
  { value: 'n', text: { 'zh-CN': '没有' } },
]
const asked: Question[] = [
  { linkId: 'head', type: 'group', text: { 'zh-CN': '症状' } },
  { linkId: 'fever', type: 'choice', text: { 'zh-CN': '发热？' }, options: yesNo },
  { linkId: 'signs', type: 'multiple', text: { 'zh-CN': '还有？' }, options: yesNo },
  { linkId: 'pain', type: 'scale', text: { 'zh-CN': '几分疼？' } },
]
const asking = (enableWhen: Condition) => {
  const last: Question = { linkId: 'more', type: 'text', text: { 'zh-CN': '说说' }, enableWhen }
  const body: QuestionnaireBody = { items: [...asked, last], scoring: 'none' }
  return toFhir({ code: 'own', title: { 'zh-CN': '问卷' }, source: null, body }, published)
}
const lastOf = (resource: ReturnType<typeof toFhir>) => itemsOf(resource.item).at(-1)

test('conditions are said in FHIR’s own terms, where an unanswered question differs from every answer', () => {
  const when = (condition: Condition) => {
    const { enableWhen, enableBehavior } = lastOf(asking(condition)) ?? {}
    return [
      enableBehavior,
      enableWhen?.map(({ question: about, operator, ...answer }) => [
        about,
        operator,
        ...Object.values(answer),
      ]),
    ]
  }
  const fever: Condition = { fact: 'answers.fever', op: '=', value: 'y' }
  expect(when(fever)).toEqual([undefined, [['fever', '=', { code: 'y' }]]])
  expect(when({ not: fever })).toEqual([undefined, [['fever', '!=', { code: 'y' }]]])
  expect(when({ ...fever, op: '!=' })).toEqual([
    'all',
    [
      ['fever', 'exists', true],
      ['fever', '!=', { code: 'y' }],
    ],
  ])
  expect(
    when({
      any: [
        { fact: 'answers.signs', op: 'contains', value: 'n' },
        { fact: 'answers.pain', op: '>=', value: 4 },
      ],
    }),
  ).toEqual([
    'any',
    [
      ['signs', '=', { code: 'n' }],
      ['pain', '>=', 4],
    ],
  ])
  const nested = lastOf(
    asking({ all: [fever, { any: [{ not: { not: fever } }, { fact: 'answers.pain', op: '>', value: 6 }] }] }),
  )
  expect(nested?.enableWhen).toBeUndefined()
  expect(nested?.extension?.[0]?.valueExpression).toEqual({
    language: 'text/fhirpath',
    expression:
      "(%resource.descendants().where(linkId = 'fever').answer.value.where(code = 'y').exists() and " +
      "(%resource.descendants().where(linkId = 'fever').answer.value.where(code = 'y').exists().not().not() or " +
      "%resource.descendants().where(linkId = 'pain').answer.value.where($this > 6).exists()))",
  })
})

test('a scale says its bounds to others, a heading holds its questions, and a condition edited elsewhere counts', () => {
  const resource = asking({ fact: 'answers.fever', op: 'in', value: ['y', 'n'] })
  const [group] = resource.item ?? []
  expect(group?.item?.map((one) => one.linkId)).toEqual(['fever', 'signs', 'pain', 'more'])
  expect(group?.item?.[2]?.extension?.slice(0, 2).map((one) => one.valueInteger)).toEqual([0, 10])
  const more = lastOf(resource)
  more?.enableWhen?.pop()
  const { body, notes } = fromFhir(resource)
  expect(body.items.at(-1)?.enableWhen).toEqual({ fact: 'answers.fever', op: '=', value: 'y' })
  expect(notes).toEqual([{ linkId: 'more', kind: 'edited-elsewhere', about: '' }])
})
