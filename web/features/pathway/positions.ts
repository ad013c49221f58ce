import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { type Exit, exitsOf } from './editing.ts'
import { type Block, layout } from './layout.ts'

/** Sizes on the canvas, px. */
export const size = { width: 240, height: 76, across: 32, down: 52, fork: 84, end: 28, lane: 150 }

export type Placed = { key: string; x: number; y: number }
/** Where the way ends behind an exit. */
export type End = { id: string; x: number; y: number }
/** A line goes down at `via`, the middle of its lane. */
export type Line = { from: string; exit: Exit; to: string | null; target: string; via: number }
export type Drawing = { steps: Placed[]; ends: End[]; lines: Line[] }
type Pair = { x: number; y: number }

export const endId = (key: string, exit: Exit) => `end:${key}:${exit}`

/** A pathway as places on a plane, from top to bottom; what cannot be reached from the start stands at the right. */
export function drawing(definition: Pick<PathwayDefinition, 'start' | 'steps'>): Drawing {
  const places = new Map<string, Pair>()
  const ends = new Map<string, Pair>()
  const lanes = new Map<string, number>()
  const room = (blocks: Block[]): number =>
    blocks.reduce(
      (wide, block) =>
        Math.max(wide, block.kind === 'fork' ? room(block.yes) + room(block.no) + size.across : 0),
      blocks.some((block) => block.kind !== 'end') ? size.width : size.lane,
    )

  /** Draws a lane around `middle` from `top` on. @returns where the next thing below may begin */
  const lane = (
    blocks: Block[],
    middle: number,
    top: number,
    lead: { key: string; exit: Exit } | null,
  ): number => {
    let y = top
    let last = lead
    for (const block of blocks) {
      if (block.kind === 'step' || block.kind === 'fork') {
        places.set(block.step.key, { x: middle - size.width / 2, y })
        y += size.height
        last = { key: block.step.key, exit: 'next' }
      }
      if (block.kind === 'step') y += size.down
      if (block.kind === 'fork') {
        const [yes, no] = [room(block.yes), room(block.no)]
        const left = middle - (yes + no + size.across) / 2
        const sides = [
          { exit: 'next' as const, blocks: block.yes, middle: left + yes / 2 },
          { exit: 'otherwise' as const, blocks: block.no, middle: left + yes + size.across + no / 2 },
        ]
        const from = y + size.fork
        y = from
        for (const side of sides) {
          const lead = { key: block.step.key, exit: side.exit }
          lanes.set(endId(lead.key, lead.exit), side.middle)
          y = Math.max(y, lane(side.blocks, side.middle, from, lead))
        }
      }
      if (block.kind === 'end' && last) {
        ends.set(endId(last.key, last.exit), { x: middle - size.end / 2, y })
        y += size.end + size.down
      }
    }
    return y
  }

  lane(layout(definition), 0, 0, null)
  for (;;) {
    const left = definition.steps.filter((step) => !places.has(step.key))
    // Begins with one that none of the others leads to; in a circle any will do.
    const led = new Set(
      left.flatMap((step) => exitsOf(step).flatMap(({ to }) => (to === step.key ? [] : to))),
    )
    const root = left.find((step) => !led.has(step.key)) ?? left[0]
    if (!root) break
    const blocks = layout({ start: root.key, steps: left })
    const edge = Math.max(
      ...[...places.values()].map(({ x }) => x + size.width),
      // Ends of lanes without a step stand further out than any step.
      ...[...ends.values()].map(({ x }) => x + size.end),
      0,
    )
    lane(blocks, edge + size.across * 2 + room(blocks) / 2, 0, null)
  }

  const lines = definition.steps.flatMap((step): Line[] =>
    exitsOf(step).map(({ exit, to }) => {
      const here = places.get(step.key) ?? { x: 0, y: 0 }
      const id = endId(step.key, exit)
      const via = lanes.get(id) ?? here.x + size.width / 2
      const known = to !== null && places.has(to)
      if (!known && !ends.has(id))
        ends.set(id, { x: via - size.end / 2, y: here.y + size.height + size.down })
      return { from: step.key, exit, to, target: known ? to : id, via }
    }),
  )
  return {
    steps: definition.steps.map(({ key }) => ({ key, ...(places.get(key) ?? { x: 0, y: 0 }) })),
    ends: [...ends].map(([id, place]) => ({ id, ...place })),
    lines,
  }
}

export type Direction = 'up' | 'down' | 'left' | 'right'

/** The step next to one in a direction, as the eye sees it; null when there is none. */
export function nextTo(steps: Placed[], key: string, direction: Direction): string | null {
  const here = steps.find((step) => step.key === key)
  if (!here) return null
  const [along, across] =
    direction === 'up' || direction === 'down' ? (['y', 'x'] as const) : (['x', 'y'] as const)
  const sign = direction === 'down' || direction === 'right' ? 1 : -1
  let best: { key: string; far: number } | null = null
  for (const step of steps) {
    const ahead = (step[along] - here[along]) * sign
    if (step.key === key || ahead <= 0) continue
    const far = ahead + Math.abs(step[across] - here[across]) * 2
    if (!best || far < best.far) best = { key: step.key, far }
  }
  return best?.key ?? null
}
