import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { blankPathway, edit, startEditing, type StepKind } from './editing.ts'
import { drawing, nextTo, size } from './positions.ts'

/** A pathway grown by putting steps of these kinds behind steps of these numbers. */
function grown(wishes: { n: number; kind: StepKind; right: boolean }[]): PathwayDefinition {
  let editing = startEditing(blankPathway(''))
  for (const { n, kind, right } of wishes) {
    const { steps } = editing.present
    const after = steps[n % steps.length]
    if (!after) continue
    const exit = right && after.kind === 'branch' ? 'otherwise' : 'next'
    editing = edit(editing, { do: 'insert', at: { after: after.key, exit }, kind, title: '' })
  }
  return editing.present
}

test('no two steps or ends of any pathway lie on each other, and every line ends at something drawn', () => {
  const wish = fc.record({
    n: fc.nat(30),
    kind: fc.constantFrom<StepKind>('wait', 'branch', 'branch', 'task', 'stop'),
    right: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 25 }), (wishes) => {
      const { steps, ends, lines } = drawing(grown(wishes))
      const boxes = [
        ...steps.map(({ x, y }) => ({ x, y, w: size.width, h: size.height })),
        ...ends.map(({ x, y }) => ({ x, y, w: size.end, h: size.end })),
      ]
      for (const [index, one] of boxes.entries())
        for (const other of boxes.slice(index + 1)) {
          const apart =
            one.x + one.w <= other.x ||
            other.x + other.w <= one.x ||
            one.y + one.h <= other.y ||
            other.y + other.h <= one.y
          expect(apart).toBe(true)
        }
      const drawn = new Set([...steps.map(({ key }) => key), ...ends.map(({ id }) => id)])
      for (const line of lines) expect(drawn.has(line.target)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('arrows go to what stands there: down the lane, across to the other lane, nowhere beyond the end', () => {
  const definition = grown([
    { n: 0, kind: 'branch', right: false },
    { n: 1, kind: 'task', right: false },
    { n: 1, kind: 'wait', right: true },
  ])
  const { steps } = drawing(definition)
  expect(nextTo(steps, 'wait-1', 'down')).toBe('branch-1')
  expect(nextTo(steps, 'task-1', 'right')).toBe('wait-2')
  expect(nextTo(steps, 'wait-2', 'left')).toBe('task-1')
  expect(nextTo(steps, 'task-1', 'up')).toBe('branch-1')
  expect(nextTo(steps, 'wait-1', 'up')).toBeNull()
})
