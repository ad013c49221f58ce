import { expect, test } from 'vitest'
import { shownQuestions, unfold } from './answer.ts'
import { type Problem, problemsOf } from './questionnaire-check.ts'
import type { DraftBody } from './questionnaire-design.ts'
import type { Band, Question } from './questionnaire.ts'
import { scoreOf } from './score.ts'

const text = { 'zh-CN': '问' }
const yesNo = [
  { value: 'y', text, score: 1 },
  { value: 'n', text, score: 0 },
]
const choice: Question = { linkId: 'a', type: 'choice', text, options: yesNo }
const matrix: Question = {
  linkId: 'm',
  type: 'matrix',
  text,
  options: yesNo,
  required: true,
  rows: [
    { linkId: 'm1', text },
    { linkId: 'm2', text },
  ],
}
const band = (code: string, upTo?: number): Band => ({
  code,
  text,
  tone: 'good',
  ...(upTo !== undefined && { upTo }),
})

const kinds = (items: Question[], rest: Partial<DraftBody> = {}): Problem['kind'][] =>
  problemsOf({ title: text, body: { scoring: 'none', items, ...rest } }).map((one) => one.kind)

test.each<[string, Problem['kind'][], Question[], Partial<DraftBody>?]>([
  ['nothing to ask', ['no-questions'], [{ linkId: 'g', type: 'group', text }]],
  ['a name twice', ['duplicate-linkId'], [choice, { ...choice }]],
  ['a row with the name of a question', ['duplicate-linkId'], [{ ...choice, linkId: 'm2' }, matrix]],
  ['no words', ['no-text'], [{ ...choice, text: { 'zh-CN': ' ', en: 'Asked' } }]],
  ['one option', ['no-options'], [{ ...choice, options: yesNo.slice(0, 1) }]],
  ['the same option twice', ['duplicate-option'], [{ ...choice, options: [...yesNo, ...yesNo.slice(0, 1)] }]],
  ['a range the wrong way round', ['range'], [{ linkId: 'n', type: 'integer', text, min: 5, max: 1 }]],
  [
    'a matrix without rows',
    ['no-rows', 'no-questions'].sort() as Problem['kind'][],
    [{ ...matrix, rows: [] }],
  ],
  [
    'a condition on what is nowhere',
    ['unknown-question'],
    [{ ...choice, enableWhen: { fact: 'answers.x', op: 'exists' } }],
  ],
  [
    'a condition on what comes later',
    ['later-question'],
    [{ linkId: 't', type: 'text', text, enableWhen: { fact: 'answers.a', op: '=', value: 'y' } }, choice],
  ],
  [
    'a condition on an option that is not there',
    ['unknown-option'],
    [
      choice,
      { linkId: 't', type: 'text', text, enableWhen: { fact: 'answers.a', op: 'in', value: ['y', 'z'] } },
    ],
  ],
  [
    'bands that overlap',
    ['bands-order'],
    [choice],
    { scoring: 'sum', bands: [band('x', 4), band('y', 3), band('z')] },
  ],
  ['totals that no band takes', ['last-band'], [choice], { scoring: 'sum', bands: [band('x', 4)] }],
  ['bands of a total that is not counted', ['bands-without-score'], [choice], { bands: [band('x')] }],
])('%s is a problem', (_, expected, items, rest) => {
  expect(kinds(items, rest).sort()).toEqual(expected)
})

test('a question may ask about rows of a matrix before it', () => {
  const asks: Question = {
    linkId: 't',
    type: 'text',
    text,
    enableWhen: { fact: 'answers.m2', op: '=', value: 'y' },
  }
  expect(kinds([matrix, asks])).toEqual([])
  expect(shownQuestions([matrix, asks], { m2: 'y' }).map((one) => one.linkId)).toEqual(['m', 't'])
  expect(shownQuestions([matrix, asks], { m2: 'n' }).map((one) => one.linkId)).toEqual(['m'])
})

test('a matrix is answered and scored row by row', () => {
  expect(unfold([matrix]).map(({ linkId, type, required }) => [linkId, type, required])).toEqual([
    ['m', 'display', undefined],
    ['m1', 'choice', true],
    ['m2', 'choice', true],
  ])
  expect(scoreOf({ items: [matrix], scoring: 'sum' }, { m1: 'y', m2: 'y' })).toBe(2)
})
