import { expect, test } from 'vitest'
import type { PathwayStep } from '../../../contract/pathway.ts'
import { type Block, layout } from './layout.ts'

const stop = (key: string): PathwayStep => ({ key, title: key, next: null, kind: 'stop', reason: 'x' })
const wait = (key: string, next: string | null): PathwayStep => ({
  key,
  title: key,
  next,
  kind: 'wait',
  since: 'here',
  for: { value: 1, unit: 'days' },
})
const branch = (key: string, next: string | null, otherwise: string | null): PathwayStep => ({
  key,
  title: key,
  next,
  otherwise,
  kind: 'branch',
  when: { fact: 'x', op: 'exists' },
})

const draw = (blocks: Block[]): string =>
  blocks
    .map((block) => {
      if (block.kind === 'step') return block.step.key
      if (block.kind === 'fork') return `${block.step.key}(${draw(block.yes)}|${draw(block.no)})`
      return block.kind === 'jump' ? `>${block.to}` : '.'
    })
    .join(' ')

test('a straight pathway is a column', () => {
  expect(draw(layout({ start: 'a', steps: [wait('b', null), wait('a', 'b')] }))).toBe('a b .')
})

test('two lanes end where they meet', () => {
  const steps = [branch('q', 'a', 'b'), wait('a', 'c'), wait('b', 'c'), wait('c', null)]
  expect(draw(layout({ start: 'q', steps }))).toBe('q(a|b) c .')
})

test('an empty lane goes straight to the meeting point', () => {
  const steps = [branch('q', 'a', 'c'), wait('a', 'c'), stop('c')]
  expect(draw(layout({ start: 'q', steps }))).toBe('q(a|) c')
})

test('lanes that never meet end on their own', () => {
  const steps = [branch('q', 'a', 'b'), stop('a'), wait('b', null)]
  expect(draw(layout({ start: 'q', steps }))).toBe('q(a|b .)')
})

test('loops and missing steps are pointed at, not followed', () => {
  expect(draw(layout({ start: 'a', steps: [wait('a', 'b'), wait('b', 'a')] }))).toBe('a b >a')
  expect(draw(layout({ start: 'a', steps: [wait('a', 'gone')] }))).toBe('a >gone')
})

test('branches nest', () => {
  const steps = [
    branch('q', 'r', 'd'),
    branch('r', 'a', 'b'),
    wait('a', 'd'),
    wait('b', 'd'),
    wait('d', null),
  ]
  expect(draw(layout({ start: 'q', steps }))).toBe('q(r(a|b)|) d .')
})
