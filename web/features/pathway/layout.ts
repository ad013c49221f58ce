import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'

type Branch = Extract<PathwayStep, { kind: 'branch' }>

export type Block =
  | { kind: 'step'; step: PathwayStep }
  | { kind: 'fork'; step: Branch; yes: Block[]; no: Block[] }
  /** The way goes on at a step that is drawn elsewhere. */
  | { kind: 'jump'; to: string }
  | { kind: 'end' }

/**
 * A pathway as blocks to draw from top to bottom. A branch becomes two lanes which end where they meet again; what was drawn already,
 * or a step that does not exist, is only pointed at.
 */
export function layout({ start, steps }: Pick<PathwayDefinition, 'start' | 'steps'>): Block[] {
  const byKey = new Map(steps.map((step) => [step.key, step]))
  const drawn = new Set<string>()

  const exits = (step: PathwayStep): (string | null)[] =>
    step.kind === 'branch' ? [step.next, step.otherwise] : step.kind === 'stop' ? [] : [step.next]

  const reachable = (from: string | null): string[] => {
    const found: string[] = []
    const waiting = from === null ? [] : [from]
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      const step = byKey.get(key)
      if (!step || found.includes(key)) continue
      found.push(key)
      waiting.push(...exits(step).filter((next) => next !== null))
    }
    return found
  }

  const lane = (from: string | null, until: string | null): Block[] => {
    const blocks: Block[] = []
    let key = from
    while (key !== null && key !== until) {
      const step = byKey.get(key)
      if (!step || drawn.has(key)) return [...blocks, { kind: 'jump', to: key }]
      drawn.add(key)
      if (step.kind === 'branch') {
        const other = new Set(reachable(step.otherwise))
        const meet = reachable(step.next).find((one) => other.has(one) && !drawn.has(one)) ?? null
        const inner = meet ?? until
        blocks.push({ kind: 'fork', step, yes: lane(step.next, inner), no: lane(step.otherwise, inner) })
        if (meet === null) return blocks
        key = meet
      } else {
        blocks.push({ kind: 'step', step })
        if (step.kind === 'stop') return blocks
        key = step.next
      }
    }
    return key === null ? [...blocks, { kind: 'end' }] : blocks
  }
  return lane(start, null)
}
