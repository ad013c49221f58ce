import { expect, test } from 'vitest'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { stopsOn } from '../../../contract/stop-rule.ts'
import { differences } from './difference.ts'
import { blankPathway, edit, startEditing } from './editing.ts'

const blank = blankPathway('begin')

test('the same pathway does not differ, whatever the order of its steps and fields', () => {
  const two = edit(startEditing(blank), { do: 'insert', at: 'start', kind: 'task', title: 't' }).present
  const turned = { ...two, steps: two.steps.toReversed() }
  const backwards = JSON.parse(JSON.stringify(turned), (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toReversed())
      : part,
  ) as PathwayDefinition
  expect(differences(two, backwards)).toEqual([])
})

test('steps put in, taken out and changed are told, with what was and what is', () => {
  const [wait] = blank.steps
  if (wait?.kind !== 'wait') throw new Error('no wait')
  const after: PathwayDefinition = {
    ...blank,
    stopOn: stopsOn('death'),
    start: 'call',
    steps: [
      { ...wait, for: { value: 2, unit: 'days' } },
      { key: 'call', title: 'call', kind: 'stop', reason: 'x', next: null },
    ],
  }
  expect(differences(blank, after)).toEqual([
    {
      is: 'pathway',
      fields: [
        { field: 'stopOn', before: blank.stopOn, after: stopsOn('death') },
        { field: 'start', before: 'wait-1', after: 'call' },
      ],
    },
    {
      is: 'changed',
      step: after.steps[0],
      fields: [{ field: 'for', before: { value: 1, unit: 'days' }, after: { value: 2, unit: 'days' } }],
    },
    { is: 'added', step: after.steps[1] },
  ])
  expect(differences(after, blank).map(({ is }) => is)).toEqual(['pathway', 'changed', 'removed'])
})
