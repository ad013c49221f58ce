import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Answers, Question } from '../../../contract/questionnaire.ts'
import { baseQuestionnaires } from '../../seed/base/questionnaires.ts'
import { AppError } from '../../platform/errors.ts'
import { shownQuestions } from '../../../contract/answer.ts'
import { scoreOf } from '../../../contract/score.ts'
import { checkAnswers, redFlagsOf } from './questionnaire.ts'

const text = { 'zh-CN': '?' }
const question = (linkId: string, type: Question['type'], more: Partial<Question> = {}): Question => ({
  linkId,
  type,
  text,
  ...more,
})
const options = ['a', 'b', 'c'].map((value, at) => ({ value, text, score: at * 2 }))

function problemsOf(items: Question[], answers: Answers, complete = true): string[] {
  try {
    checkAnswers({ items, scoring: 'none' }, answers, complete)
    return []
  } catch (error) {
    if (error instanceof AppError) return (error.fields ?? []).map((field) => field.path)
    throw error
  }
}

test.each<[Question['type'], Partial<Question>, unknown[], unknown[]]>([
  ['choice', { options }, ['a', 'c'], ['d', 1, ['a'], true]],
  ['multiple', { options }, [['a'], ['a', 'b']], ['a', ['a', 'd']]],
  ['boolean', {}, [true, false], ['true', 1]],
  ['integer', { min: 0, max: 10 }, [0, 10], [11, -1, 1.5, '3']],
  ['scale', { min: 1, max: 5 }, [1, 5], [0, 6, 2.5]],
  ['decimal', { min: 30, max: 45 }, [36.6], [29, 'x']],
  ['date', {}, ['2026-02-28', '2028-02-29'], ['2026-02-29', '2026-13-01', '28.2.2026', 20260228]],
  ['string', {}, ['好'], [3, true]],
  ['text', {}, ['好\n好'], [['x']]],
  ['display', {}, [], ['anything']],
  ['group', {}, [], ['anything']],
])('a question of type %s takes what fits and refuses what does not', (type, more, good, bad) => {
  const items = [question('q', type, more)]
  for (const value of good) expect([value, problemsOf(items, { q: value as string })]).toEqual([value, []])
  for (const value of bad)
    expect([value, problemsOf(items, { q: value as string })]).toEqual([value, ['answers.q']])
})

test('required questions are asked for at the end, not while talking; unknown ones never pass', () => {
  const items = [question('q', 'choice', { options, required: true }), question('free', 'text')]
  const none: Answers[] = [{}, { q: null }, { q: '' }]
  for (const empty of none) {
    expect(problemsOf(items, empty)).toEqual(['answers.q'])
    expect(problemsOf(items, empty, false)).toEqual([])
  }
  expect(problemsOf(items, { q: 'a', nonsense: 1 }, false)).toEqual(['answers.nonsense'])
})

const chain = [
  question('smokes', 'boolean'),
  question('packs', 'integer', {
    required: true,
    enableWhen: { fact: 'answers.smokes', op: '=', value: true },
  }),
  question('quit', 'boolean', { required: true, enableWhen: { fact: 'answers.packs', op: '>', value: 1 } }),
]

test('what was answered to a question that is no longer asked is dropped and opens no other question', () => {
  const stale = { smokes: false, packs: 3, quit: true }
  expect(shownQuestions(chain, stale).map((one) => one.linkId)).toEqual(['smokes'])
  expect(checkAnswers({ items: chain, scoring: 'none' }, stale, true)).toEqual({ smokes: false })
  expect(problemsOf(chain, { smokes: true, packs: 3 })).toEqual(['answers.quit'])
})

test('a score adds the options chosen and the scales, and counts nothing that is not asked', () => {
  const items = [
    question('one', 'choice', { options }),
    question('many', 'multiple', { options }),
    question('pain', 'scale', { min: 0, max: 10 }),
    question('hidden', 'choice', { options, enableWhen: { fact: 'answers.one', op: '=', value: 'a' } }),
  ]
  const answers = { one: 'b', many: ['b', 'c'], pain: 4, hidden: 'c' }
  expect(scoreOf({ items, scoring: 'sum' }, answers)).toBe(2 + 6 + 4)
  expect(scoreOf({ items, scoring: 'none' }, answers)).toBeNull()
  expect(scoreOf({ items, scoring: 'sum' }, {})).toBe(0)
})

test('checking twice changes nothing more, and what was checked needs no further question', () => {
  const value = fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 5 }))
  fc.assert(
    fc.property(fc.boolean(), value, value, (smokes, packs, quit) => {
      const definition = { items: chain, scoring: 'none' as const }
      let once: Answers
      try {
        once = checkAnswers(definition, { smokes, packs, quit }, true)
      } catch {
        return
      }
      expect(checkAnswers(definition, once, true)).toEqual(once)
      const shown = new Set(shownQuestions(chain, once).map((one) => one.linkId))
      expect(Object.keys(once).every((linkId) => shown.has(linkId))).toBe(true)
    }),
  )
})

test.each(baseQuestionnaires.map((one) => [one.code, one] as const))(
  'the questionnaire %s holds together',
  (_, definition) => {
    const linkIds = definition.items.map((item) => item.linkId)
    expect(new Set(linkIds).size).toBe(linkIds.length)
    for (const item of definition.items) {
      if (['choice', 'multiple'].includes(item.type)) expect(item.options?.length).toBeGreaterThan(1)
      const named = JSON.stringify([item.enableWhen, item.redFlag?.when]).matchAll(/"answers\.([^"]+)"/g)
      for (const [, linkId] of named) expect(linkIds).toContain(linkId)
      // Each danger sign that names an option names one that exists.
      const flag = JSON.stringify(item.redFlag?.when ?? null)
      for (const [, value] of flag.matchAll(/"value":"([^"]+)"/g))
        expect(definition.items.flatMap((one) => one.options ?? []).map((one) => one.value)).toContain(value)
    }
    expect(redFlagsOf(definition, {}, true)).toEqual([])
  },
)
