import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Question } from '../../../contract/questionnaire.ts'
import { numberOf, understand, yearOf, yesOrNo } from './spoken.ts'

const options = (...labels: [string, string][]) =>
  labels.map(([zh, en], at) => ({ value: `v${at + 1}`, text: { 'zh-CN': zh, en } }))
const question = (type: Question['type'], more: Partial<Question> = {}): Question => ({
  linkId: 'q',
  type,
  text: { 'zh-CN': '问题', en: 'Question' },
  ...more,
})
const feeling = question('choice', {
  options: options(['好转', 'Better'], ['和出院时差不多', 'About the same'], ['加重', 'Worse']),
})
const danger = question('multiple', {
  options: options(
    ['都没有', 'None'],
    ['胸痛、胸闷', 'Chest pain or tightness'],
    ['出血、黑便', 'Bleeding or black stools'],
    ['发热 38.5℃ 以上', 'Fever of 38.5 °C or more'],
  ),
})
const drugs = question('choice', {
  options: options(['按医嘱吃药', 'As told'], ['没有按医嘱吃药', 'Not as told']),
})
const keys = (item: Question, text: string) => {
  const meant = understand(text, { kind: 'question', item })
  return meant?.kind === 'typed' ? meant.typed : meant?.kind
}

test.each<[string, boolean | undefined]>([
  ['没有', false],
  ['没有。', false],
  ['没有没有', false],
  ['没有不舒服', false],
  ['不是', false],
  ['不是的', false],
  ['没', false],
  ['有', true],
  ['有的', true],
  ['是的', true],
  ['对', true],
  ['嗯，有点不舒服', true],
  ['有没有', undefined],
  ['是不是', undefined],
  ['不是没有', undefined],
  ['是没有', undefined],
  ['没有，就是有点疼', undefined],
  ['有，不是，没有', undefined],
  ['不舒服', undefined],
  ['不知道', undefined],
  ['嗯', undefined],
  ['no', false],
  ['No, not at all.', false],
  ["I don't", false],
  ['Yes', true],
  ['yes but not today', undefined],
  ['I do not know', undefined],
])('%s: %s', (text, yes) => {
  expect(yesOrNo(text)).toBe(yes)
})

test.each<[Question, string, string | undefined]>([
  [feeling, '好转了', '1'],
  [feeling, '没有好转', undefined],
  [feeling, '没有加重', undefined],
  [feeling, '加重了', '3'],
  [feeling, '没有好转，加重了', undefined],
  [feeling, '第二个', '2'],
  [feeling, '选三', '3'],
  [feeling, '幺', '1'],
  [feeling, '两', '2'],
  [feeling, '四', undefined],
  [feeling, 'Better, thanks', '1'],
  [feeling, 'option two', '2'],
  [feeling, 'not better', undefined],
  [feeling, '转人工', 'person'],
  [feeling, '我要人工', 'person'],
  [feeling, '不要转人工', undefined],
  [feeling, '再说一遍', 'repeat'],
  [feeling, '没听清', 'repeat'],
  [feeling, 'operator', 'person'],
  [feeling, '今天天气不错', undefined],
  [danger, '没有', '1'],
  [danger, '都没有', '1'],
  [danger, '没有不舒服', '1'],
  [danger, '胸闷', '2'],
  [danger, '有点胸痛，还有黑便', '23'],
  [danger, '没有胸痛', undefined],
  [danger, '没有胸痛，有黑便', undefined],
  [danger, '一和三', '13'],
  [danger, '都没有，就是胸闷', undefined],
  [drugs, '按医嘱吃药', '1'],
  [drugs, '没有按医嘱吃药', '2'],
  [question('scale', { min: 0, max: 10 }), '三分', '3'],
  [question('scale', { min: 0, max: 10 }), '大概十分吧', '10'],
  [question('decimal'), '三十六点五度', '36.5'],
  [question('date'), '二零二六年三月十五号', '20260315'],
  [question('boolean'), '没有不舒服', '2'],
])('%#: %s', (item, text, typed) => {
  expect([text, keys(item, text)]).toEqual([text, typed])
})

test.each([
  ['一九五零年', '1950'],
  ['幺九五〇', '1950'],
  ['我是1950年出生的', '1950'],
  ['nineteen fifty', '1950'],
  ['one nine five zero', '1950'],
  ['五零年', undefined],
  ['一九五零或者一九五一', undefined],
])('the year of birth %s is %s', (text, year) => {
  expect(yearOf(text)).toBe(year)
})

const signs = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']
function inChinese(value: number): string {
  const [thousand, hundred, ten, one] = [
    Math.floor(value / 1000),
    Math.floor(value / 100) % 10,
    Math.floor(value / 10) % 10,
    value % 10,
  ]
  const parts = [
    thousand > 0 ? `${signs[thousand]}千` : '',
    hundred > 0 ? `${signs[hundred]}百` : thousand > 0 && (ten > 0 || one > 0) ? '零' : '',
    ten > 0 ? `${value < 20 ? '' : signs[ten]}十` : hundred > 0 && one > 0 ? '零' : '',
    one > 0 || value === 0 ? signs[one] : '',
  ]
  return parts.join('').replaceAll(/零+/g, '零')
}

test('every whole number as it is said is the number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9999 }), (value) => {
      expect([inChinese(value), numberOf(inChinese(value))]).toEqual([inChinese(value), String(value)])
    }),
    { numRuns: 2000 },
  )
})

test('every year is understood by its digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1900, max: 2026 }), (year) => {
      expect(yearOf([...String(year)].map((digit) => signs[Number(digit)]).join(''))).toBe(String(year))
    }),
  )
})

test('whatever is said, only keys that the question has are taken, and a negation before an option never chooses it', () => {
  const word = fc.constantFrom(
    '没有',
    '不',
    '好转',
    '加重',
    '和',
    '一',
    '三',
    '九',
    '，',
    '了',
    '胸痛',
    '人工',
    ' ',
    'better',
    'not',
    '是',
    'x',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.constantFrom(feeling, danger, drugs), (words, item) => {
      const typed = keys(item, words.join(''))
      if (typed !== undefined && /^\d+$/.test(typed))
        for (const key of typed) expect(item.options?.[Number(key) - 1]).toBeDefined()
    }),
    { numRuns: 1000 },
  )
  for (const option of [...(feeling.options ?? []), ...(danger.options ?? []).slice(1)])
    for (const no of ['没有', '不是', '没', '无'])
      expect(keys(feeling, `${no}${option.text['zh-CN']}`)).toBeUndefined()
})
