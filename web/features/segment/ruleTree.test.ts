import { expect, test } from 'vitest'
import type { Condition } from '../../../contract/questionnaire.ts'
import { conditionOf, treeOf } from './ruleTree.ts'

const women: Condition = { fact: 'person.sex', op: '=', value: 'female' }
const old: Condition = { fact: 'person.ageYears', op: '>=', value: 60 }
const visits: Condition = { events: { of: 'visit', measure: 'count', withinDays: 90, op: '=', value: 0 } }

test.each<[string, Condition]>([
  ['one comparison', women],
  ['all of several', { all: [women, old] }],
  ['groups in groups', { any: [{ all: [women, visits] }, old] }],
  ['not a comparison', { not: women }],
  ['not a group', { not: { any: [women, old] } }],
  ['not a negation', { not: { not: { any: [women, old] } } }],
  ['somebody of the household', { all: [{ household: { all: [women, old] } }, old] }],
])('%s is the same after it was edited', (_name, condition) => {
  expect(conditionOf(treeOf(condition))).toEqual(condition)
})

test('an empty group asks nothing', () => {
  expect(conditionOf(treeOf(null))).toBeNull()
})
