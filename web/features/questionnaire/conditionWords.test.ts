import { expect, test } from 'vitest'
import { type ConditionWords, conditionInWords } from './conditionWords.ts'

const words: ConditionWords = {
  fact: (name) => name.replace('answers.', ''),
  value: (_, value) => String(value),
  rate: (rate) => (typeof rate === 'number' ? `${rate * 100}%` : rate.var),
  say: (key, { when, fact, op, value, rate, days }) =>
    ({
      recent: `${when} (within ${days} days)`,
      not: `not (${when})`,
      exists: `${fact}?`,
      missing: `no ${fact}`,
      compare: `${fact} ${op} ${value}`,
      sample: `1 in ${rate}`,
    })[key],
  events: ({ of }) => of,
  household: (when) => `family: ${when}`,
  join: { all: ' and ', any: ' or ', comma: ', ' },
  op: { in: 'in', contains: 'has', is: 'is', isNot: 'is not' },
}

test('comparisons read as they are said', () => {
  expect(conditionInWords({ fact: 'answers.pain', op: '>=', value: 7 }, words)).toBe('pain ≥ 7')
  expect(conditionInWords({ fact: 'answers.wound', op: '=', value: 'red' }, words)).toBe('wound is red')
  expect(conditionInWords({ fact: 'level', op: 'in', value: [1, 2] }, words)).toBe('level in 1, 2')
  expect(conditionInWords({ fact: 'phone', op: 'exists', value: false }, words)).toBe('no phone')
  expect(
    conditionInWords({ not: { fact: 'HbA1c', op: '>=', value: 7, unit: '%', withinDays: 90 } }, words),
  ).toBe('not (HbA1c ≥ 7 % (within 90 days))')
})

test('nested parts keep their brackets, single ones need none', () => {
  const pain = { fact: 'pain', op: '>', value: 6 } as const
  const fever = { fact: 'fever', op: '=', value: true } as const
  expect(conditionInWords({ all: [pain, { any: [fever, { not: pain }] }] }, words)).toBe(
    'pain > 6 and （fever = true or not (pain > 6)）',
  )
  expect(conditionInWords({ all: [{ any: [pain] }] }, words)).toBe('pain > 6')
})

test('a sample says its rate', () => {
  expect(conditionInWords({ sample: { rate: 0.1, seed: 's' } }, words)).toBe('1 in 10%')
})

test('one list holding any of several values is said once', () => {
  const code = (value: string) => ({ fact: 'codes', op: 'contains', value }) as const
  expect(conditionInWords({ any: [code('I10'), code('I11')] }, words)).toBe('codes has I10, I11')
  expect(conditionInWords({ not: { any: [code('I10'), code('I11')] } }, words)).toBe(
    'not (codes has I10, I11)',
  )
  expect(conditionInWords({ any: [code('I10'), { fact: 'age', op: '>', value: 1 }] }, words)).toBe(
    'codes has I10 or age > 1',
  )
})
