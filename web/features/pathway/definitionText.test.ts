import { expect, test } from 'vitest'
import { findStep, readDefinition } from './definitionText.ts'

const good = {
  purpose: 'clinical',
  entry: { event: null },
  variables: {},
  stopOn: [],
  start: 'a',
  steps: [{ key: 'a', title: 'A', next: null, kind: 'stop', reason: 'done' }],
}

test('a good definition is read with its defaults', () => {
  const read = readDefinition(JSON.stringify(good))
  expect(read.ok && read.definition.entry.maxAgeDays).toBe(30)
})

test('faults are named by step', () => {
  const read = readDefinition(JSON.stringify({ ...good, steps: [{ ...good.steps[0], reason: 7 }] }))
  expect(!read.ok && 'problems' in read && read.problems[0]).toMatchObject({
    step: 'a',
    message: expect.stringContaining('reason') as string,
  })
  const whole = readDefinition(JSON.stringify({ ...good, purpose: 'x' }))
  expect(!whole.ok && 'problems' in whole && whole.problems[0]?.step).toBeNull()
})

test('what is no JSON says so', () => {
  expect(readDefinition('{')).toHaveProperty('notJson')
})

test('a step is found in the text', () => {
  const text = JSON.stringify(good, null, 2)
  expect(text.slice(findStep(text, 'a'))).toMatch(/^"key": "a"/)
  expect(findStep(text, 'z')).toBe(-1)
})
