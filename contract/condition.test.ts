import { describe, expect, it } from 'vitest'
import { answerFacts } from './answer.ts'
import { holds } from './condition.ts'
import type { Condition } from './questionnaire.ts'

const fact = (
  linkId: string,
  op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'contains' | 'exists',
  value?: unknown,
): Condition => ({
  fact: `answers.${linkId}`,
  op,
  value,
})
const answers = {
  pain: 7,
  wound: 'red',
  symptoms: ['fever', 'cough'],
  takesDrugs: false,
  note: '',
  temperature: null,
}

describe('holds', () => {
  it.each<[string, Condition, boolean]>([
    ['equal number', fact('pain', '=', 7), true],
    ['a number is not its text', fact('pain', '=', '7'), false],
    ['not equal', fact('wound', '!=', 'clean'), true],
    ['at least', fact('pain', '>=', 7), true],
    ['more than', fact('pain', '>', 7), false],
    ['less than', fact('pain', '<', 8), true],
    ['at most', fact('pain', '<=', 6), false],
    ['text has no order with a number', fact('wound', '>', 3), false],
    ['in a list', fact('wound', 'in', ['red', 'open']), true],
    ['a multiple answer contains', fact('symptoms', 'contains', 'fever'), true],
    ['a multiple answer does not contain', fact('symptoms', 'contains', 'rash'), false],
    ['false is an answer', fact('takesDrugs', '=', false), true],
    ['false exists', fact('takesDrugs', 'exists'), true],
    ['empty text does not exist', fact('note', 'exists'), false],
    ['null does not exist', fact('temperature', 'exists'), false],
    ['exists false', fact('temperature', 'exists', false), true],
    ['no answer is not unequal', fact('temperature', '!=', 37), false],
    ['unknown question', fact('nothing', '=', 1), false],
    ['facts of the server are unknown', { fact: 'person.ageYears', op: '>', value: 1 }, false],
    ['a sample is the server’s', { sample: { rate: 1, seed: 's' } }, false],
    ['not', { not: fact('pain', '=', 7) }, false],
    ['all', { all: [fact('pain', '>', 3), fact('wound', '=', 'red')] }, true],
    ['all with one false', { all: [fact('pain', '>', 3), fact('wound', '=', 'clean')] }, false],
    ['any', { any: [fact('pain', '>', 9), fact('wound', '=', 'red')] }, true],
  ])('%s', (_, condition, expected) => {
    expect(holds(condition, { fact: answerFacts(answers) })).toBe(expected)
  })
})
