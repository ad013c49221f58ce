import { expect, test } from 'vitest'
import type { PathwayStep } from '../../../contract/pathway.ts'
import { blankPathway, edit, startEditing } from './editing.ts'
import { planDefinition } from './planDefinition.ts'

test('a pathway becomes a PlanDefinition: actions tied to those before them, lanes with their conditions, nothing lost', () => {
  let editing = startEditing(blankPathway('begin'))
  editing = edit(editing, { do: 'insert', at: { after: 'wait-1', exit: 'next' }, kind: 'branch', title: '' })
  editing = edit(editing, {
    do: 'insert',
    at: { after: 'branch-1', exit: 'otherwise' },
    kind: 'task',
    title: 'call',
  })
  const definition = editing.present
  const plan = planDefinition({ code: 'x', name: '随访', version: 2, active: true, definition })
  expect(plan).toMatchObject({
    resourceType: 'PlanDefinition',
    status: 'active',
    version: '2',
    title: '随访',
  })
  expect(JSON.parse(plan.extension[0]?.valueString ?? '')).toEqual(definition)
  const [wait, branch, call] = plan.action
  expect(wait).toMatchObject({
    trigger: [{ type: 'named-event', name: 'encounter.discharged' }],
    timingDuration: { value: 1, code: 'd', system: 'http://unitsofmeasure.org' },
  })
  expect(branch).toMatchObject({ relatedAction: [{ actionId: 'wait-1', relationship: 'after-end' }] })
  expect(call).toMatchObject({
    title: 'call',
    priority: 'routine',
    participant: [{ type: 'practitioner', role: { text: 'nurse' } }],
    relatedAction: [{ actionId: 'branch-1' }],
  })
  const expression = (call as { condition?: { expression: { expression: string } }[] }).condition?.[0]
    ?.expression
  expect(JSON.parse(expression?.expression ?? '')).toEqual({
    not: { fact: 'person.ageYears', op: '>=', value: 65 },
  })
  expect(planDefinition({ code: 'x', name: 'n', version: null, active: false, definition }).status).toBe(
    'draft',
  )
})

test('a lane that asks for a result says which Observation it needs, and how recent', () => {
  const blank = startEditing(blankPathway('begin'))
  const put = edit(blank, { do: 'insert', at: { after: 'wait-1', exit: 'next' }, kind: 'branch', title: '' })
  const definition = {
    ...put.present,
    steps: put.present.steps.flatMap((step): PathwayStep[] =>
      step.kind === 'branch'
        ? [
            {
              ...step,
              when: { fact: 'observation.4548-4', op: '>=', value: 7, withinDays: 90 },
              next: 'end',
            },
            { kind: 'stop', key: 'end', title: '', next: null, reason: '' },
          ]
        : [step],
    ),
  }
  const plan = planDefinition({ code: 'x', name: 'n', version: 1, active: true, definition })
  expect(plan.action.find((one) => one.id === 'end')).toMatchObject({
    input: [
      {
        type: 'Observation',
        codeFilter: [{ path: 'code', code: [{ code: '4548-4' }] }],
        dateFilter: [{ path: 'effective', valueDuration: { value: 90, code: 'd' } }],
      },
    ],
  })
})
