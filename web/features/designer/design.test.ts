import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemsOf } from '../../../contract/questionnaire-check.ts'
import type { Question } from '../../../contract/questionnaire.ts'
import { type Design, type DesignAction, designReducer, linkIdsOf, startDesign } from './design.ts'

const types: Question['type'][] = [
  'group',
  'choice',
  'multiple',
  'integer',
  'scale',
  'text',
  'display',
  'matrix',
]
const blank: Design = { title: { 'zh-CN': '问卷' }, source: null, body: { items: [], scoring: 'none' } }
const at = fc.integer({ min: -1, max: 9 })
const linkId = fc.constantFrom('q1', 'q2', 'q3', 'q4', 'pain', 'fever')
const action: fc.Arbitrary<DesignAction> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), type: fc.constantFrom(...types) }),
  fc.record({ do: fc.constant('copy' as const), at }),
  fc.record({ do: fc.constant('remove' as const), at }),
  fc.record({ do: fc.constant('move' as const), at, by: fc.constantFrom(1 as const, -1 as const) }),
  fc.record({ do: fc.constant('rename' as const), from: linkId, to: linkId }),
  fc.record({ do: fc.constant('select' as const), at: fc.option(at) }),
  fc.record({
    do: fc.constant('change' as const),
    at,
    patch: linkId.map((one): Partial<Question> => ({ enableWhen: { fact: `answers.${one}`, op: 'exists' } })),
  }),
  fc.constant<DesignAction>({ do: 'undo' }),
  fc.constant<DesignAction>({ do: 'redo' }),
)

test('whatever is done in whatever order: no name twice, and the open question exists', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const { now, selected } = actions.reduce(designReducer, startDesign(blank))
      const names = linkIdsOf(now.body.items)
      expect(new Set(names).size).toBe(names.length)
      expect(problemsOf(now).filter((one) => one.kind === 'duplicate-linkId')).toEqual([])
      if (selected !== null) expect(now.body.items[selected]).toBeDefined()
    }),
  )
})

test('undo goes back to exactly what was, and redo forward again', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const end = actions.reduce(designReducer, startDesign(blank))
      let state = end
      const way = [state.now]
      while (state.past.length > 0) way.unshift((state = designReducer(state, { do: 'undo' })).now)
      expect(state.now).toEqual(blank)
      for (let n = 1; state.future.length > end.future.length; n++)
        expect((state = designReducer(state, { do: 'redo' })).now).toBe(way[n])
      expect(state.now).toBe(end.now)
    }),
  )
})

test('a new name is followed by every condition that asks about the question', () => {
  const asks = { fact: 'answers.q1', op: '=', value: '1' } as const
  const actions: DesignAction[] = [
    { do: 'add', type: 'choice' },
    { do: 'add', type: 'text' },
    { do: 'change', at: 1, patch: { enableWhen: { any: [asks, { not: asks }] } } },
    { do: 'rename', from: 'q1', to: 'pain' },
  ]
  const { now } = actions.reduce(designReducer, startDesign(blank))
  const moved = { ...asks, fact: 'answers.pain' }
  expect(now.body.items[1]?.enableWhen).toEqual({ any: [moved, { not: moved }] })
})

test('a copy has names of its own and its red flag asks about itself', () => {
  const redFlag = {
    when: { fact: 'answers.q1', op: '=', value: '1' },
    text: { 'zh-CN': '痛' },
    withinMinutes: 60,
  } as const
  const actions: DesignAction[] = [
    { do: 'add', type: 'choice' },
    { do: 'change', at: 0, patch: { redFlag } },
    { do: 'copy', at: 0 },
  ]
  const { now, selected } = actions.reduce(designReducer, startDesign(blank))
  expect(now.body.items[1]).toMatchObject({ linkId: 'q2', redFlag: { when: { fact: 'answers.q2' } } })
  expect(selected).toBe(1)
})
