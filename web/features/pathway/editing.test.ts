import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PathwayDefinition, pathwayDefinition } from '../../../contract/pathway.ts'
import {
  blankPathway,
  edit,
  type EditAction,
  type Editing,
  exitsOf,
  startEditing,
  type StepKind,
} from './editing.ts'

const kinds: StepKind[] = ['wait', 'branch', 'task', 'message', 'questionnaire', 'pathway', 'stop']
const run = (editing: Editing, ...actions: EditAction[]) => actions.reduce(edit, editing)
const begin = () => startEditing(blankPathway('begin'))
const shape = ({ start, steps }: PathwayDefinition) =>
  [`>${start}`, ...steps.map((one) => [one.key, ...exitsOf(one).map(({ to }) => to ?? '.')].join('>'))].join(
    ' ',
  )

const insert = (after: string, kind: StepKind, exit: 'next' | 'otherwise' = 'next'): EditAction => ({
  do: 'insert',
  at: { after, exit },
  kind,
  title: kind,
})

test('a step is put in between, before the first, and into the lane of a branch', () => {
  const made = run(
    begin(),
    insert('wait-1', 'branch'),
    insert('branch-1', 'task', 'otherwise'),
    insert('wait-1', 'message'),
    { do: 'insert', at: 'start', kind: 'questionnaire', title: '' },
  )
  expect(shape(made.present)).toBe(
    '>questionnaire-1 questionnaire-1>wait-1 wait-1>message-1 message-1>branch-1 branch-1>.>task-1 task-1>.',
  )
  expect(made.selected).toBe('questionnaire-1')
})

test('a branch put in leads both ways to what came next; a deleted step is passed over, also as the start', () => {
  const made = run(begin(), insert('wait-1', 'task'), insert('wait-1', 'branch'))
  expect(shape(made.present)).toBe('>wait-1 wait-1>branch-1 branch-1>task-1>task-1 task-1>.')
  const less = run(made, { do: 'delete', key: 'wait-1' }, { do: 'delete', key: 'task-1' })
  expect(shape(less.present)).toBe('>branch-1 branch-1>.>.')
  expect(shape(run(less, { do: 'delete', key: 'branch-1' }).present)).toBe('>branch-1 branch-1>.>.')
})

test('a copy stands behind its original with a key of its own', () => {
  const made = run(begin(), insert('wait-1', 'task'), { do: 'duplicate', key: 'wait-1', title: 'again' })
  expect(shape(made.present)).toBe('>wait-1 wait-1>wait-2 wait-2>task-1 task-1>.')
  expect(made.present.steps[1]).toMatchObject({
    title: 'again',
    kind: 'wait',
    for: { value: 1, unit: 'days' },
  })
})

test('strokes in one field are one undo, and a change in another field is the next', () => {
  const [step] = begin().present.steps
  if (!step) throw new Error('no step')
  const typed = run(
    begin(),
    { do: 'step', step: { ...step, title: 'a' }, field: 'title' },
    { do: 'step', step: { ...step, title: 'ab' }, field: 'title' },
    { do: 'definition', patch: { stopOn: [] }, field: 'stopOn' },
  )
  const once = edit(typed, { do: 'undo' })
  expect([once.present.steps[0]?.title, once.present.stopOn.length]).toEqual(['ab', 5])
  expect(edit(once, { do: 'undo' }).present.steps[0]?.title).toBe('begin')
})

test('fields that this editor does not know stay as they are', () => {
  const foreign = { ...blankPathway('x'), source: 'somebody' } as PathwayDefinition
  const made = run(startEditing(foreign), insert('wait-1', 'task'), { do: 'delete', key: 'wait-1' })
  expect(made.present).toHaveProperty('source', 'somebody')
})

/** Any action on whatever is there at that moment; numbers choose the step. */
const wish = fc.record({
  which: fc.constantFrom(
    'insert',
    'start',
    'delete',
    'duplicate',
    'connect',
    'step',
    'definition',
    'undo',
    'redo',
    'select',
  ),
  n: fc.nat(30),
  m: fc.nat(30),
  kind: fc.constantFrom(...kinds),
  exit: fc.constantFrom('next' as const, 'otherwise' as const),
})

function actionOf(
  { present }: Editing,
  { which, n, m, kind, exit }: typeof wish extends fc.Arbitrary<infer T> ? T : never,
): EditAction {
  const step = present.steps[n % present.steps.length]
  if (!step) throw new Error('no step')
  const { key } = step
  if (which === 'insert') return { do: 'insert', at: { after: key, exit }, kind, title: kind }
  if (which === 'start') return { do: 'insert', at: 'start', kind, title: kind }
  if (which === 'delete' || which === 'select') return { do: which, key }
  if (which === 'duplicate') return { do: 'duplicate', key, title: 'copy' }
  if (which === 'connect')
    return {
      do: 'connect',
      key,
      exit,
      to: m % 4 === 0 ? null : (present.steps[m % present.steps.length]?.key ?? null),
    }
  if (which === 'step') return { do: 'step', step: { ...step, title: `t${m}` }, field: `${key}.title` }
  if (which === 'definition') return { do: 'definition', patch: { purpose: m % 2 ? 'service' : 'clinical' } }
  return { do: which }
}

test('whatever is done: nothing leads nowhere, keys differ, it can be saved; undo brings everything back and redo does it again', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
      let editing = begin()
      const first = JSON.stringify(editing.present)
      for (const one of wishes) {
        const before = editing
        const action = actionOf(editing, one)
        editing = edit(editing, action)
        const { start, steps } = editing.present
        const keys = new Set(steps.map((step) => step.key))
        expect(keys.size).toBe(steps.length)
        expect(keys.has(start)).toBe(true)
        for (const step of steps)
          for (const { to } of exitsOf(step)) expect(to === null || keys.has(to)).toBe(true)
        if (editing.selected !== null) expect(keys.has(editing.selected)).toBe(true)
        pathwayDefinition.parse(editing.present)
        if (editing.past.length > before.past.length && action.do !== 'redo') {
          expect(edit(editing, { do: 'undo' }).present).toEqual(before.present)
          expect(run(editing, { do: 'undo' }, { do: 'redo' }).present).toEqual(editing.present)
        }
      }
      const last = JSON.stringify(editing.present)
      let undone = editing
      while (undone.past.length > 0) undone = edit(undone, { do: 'undo' })
      expect(JSON.stringify(undone.present)).toBe(first)
      let again = undone
      for (let n = 0; n < editing.past.length; n++) again = edit(again, { do: 'redo' })
      expect(JSON.stringify(again.present)).toBe(last)
    }),
    { numRuns: 300 },
  )
})
