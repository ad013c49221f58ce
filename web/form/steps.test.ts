import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Question } from '../../contract/questionnaire.ts'
import { stepsOf } from './steps.ts'

const item = (linkId: string, type: Question['type']): Question => ({
  linkId,
  type,
  text: { 'zh-CN': linkId },
})

test('without sections every question has a screen of its own, with the words before it', () => {
  const steps = stepsOf([item('hello', 'display'), item('a', 'choice'), item('b', 'text')])
  expect(steps.map((step) => step.items.map((one) => one.linkId))).toEqual([['hello', 'a'], ['b']])
})

test('a section is one screen', () => {
  const steps = stepsOf([
    item('a', 'choice'),
    item('g', 'group'),
    item('b', 'text'),
    item('c', 'text'),
    item('h', 'group'),
  ])
  expect(steps.map((step) => step.items.map((one) => one.linkId))).toEqual([['a'], ['g', 'b', 'c'], ['h']])
})

test('nothing is lost, doubled or reordered, and no screen is empty', () => {
  const types = fc.array(fc.constantFrom<Question['type']>('group', 'display', 'choice', 'text'), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(types, (list) => {
      const items = list.map((type, at) => item(`q${at}`, type))
      const steps = stepsOf(items)
      expect(steps.flatMap((step) => step.items)).toEqual(items)
      expect(steps.every((step) => step.items.length > 0)).toBe(true)
      expect(new Set(steps.map((step) => step.key)).size).toBe(steps.length)
    }),
  )
})
