import type { PathwayDefinition, PathwayProblem, PathwayStep } from '../../../contract/pathway.ts'
import { reasonsOf } from '../../../contract/stop-rule.ts'
import type { Condition } from '../../../contract/questionnaire.ts'

/** A published pathway that others may run as a sub-pathway. */
export type Published = {
  code: string
  name: string
  version: number
  /** The expanded definition, with the steps of its own sub-pathways. */
  definition: PathwayDefinition
  /** Codes of the sub-pathways of its current version. */
  runs: string[]
}

type SubStep = Extract<PathwayStep, { kind: 'pathway' }>

export const mostSteps = 200
const longestKey = 120

/** The sub-pathways of a definition. */
export function runsOf({ steps }: Pick<PathwayDefinition, 'steps'>): string[] {
  return [...new Set(steps.flatMap((step) => (step.kind === 'pathway' ? [step.pathway] : [])))]
}

/**
 * Problems with the sub-pathways of a definition, each with its step and fix.
 * @param own code of the pathway itself, if any; it must not run itself
 */
export function subPathwayProblems(
  definition: PathwayDefinition,
  published: ReadonlyMap<string, Published>,
  own: { code: string; name: string } | null,
): PathwayProblem[] {
  const problems: PathwayProblem[] = []
  for (const step of definition.steps) {
    if (step.kind !== 'pathway') continue
    const report = (message: string) => problems.push({ step: step.key, message })
    const circle = own && wayBack(step.pathway, own.code, published)
    if (own && circle) {
      const way = [own.name, ...circle.map((code) => published.get(code)?.name ?? code), own.name]
      report(`Runs in a circle: ${way.join(' → ')}. Take one of them out.`)
      continue
    }
    const sub = published.get(step.pathway)
    if (!sub) {
      report(`Runs the pathway "${step.pathway}", which is not published.`)
      continue
    }
    if (sub.definition.purpose !== definition.purpose)
      report(`Runs "${sub.name}", which serves another purpose; a refusal of one is none of the other.`)
    const reasons = reasonsOf(definition.stopOn)
    const missing = reasonsOf(sub.definition.stopOn).filter((reason) => !reasons.includes(reason))
    if (missing.length > 0)
      report(`Runs "${sub.name}", which ends on ${missing.join(', ')}; let this pathway end on it, too.`)
  }
  if (problems.length > 0) return problems
  const flat = expand(definition, published)
  if (flat.steps.length > mostSteps)
    problems.push({
      step: null,
      message: `Comes to ${flat.steps.length} steps with its sub-pathways; at most ${mostSteps}.`,
    })
  for (const { key } of flat.steps)
    if (key.length > longestKey) {
      problems.push({ step: outerKey(key), message: 'Runs pathways inside each other too deep.' })
      break
    }
  return problems
}

/** The path from a sub-pathway back to the pathway that would run it; null if there is none. */
function wayBack(from: string, own: string, published: ReadonlyMap<string, Published>): string[] | null {
  if (from === own) return []
  const seen = new Set<string>()
  const queue = [[from]]
  for (let way = queue.shift(); way; way = queue.shift()) {
    const last = way.at(-1) ?? ''
    if (seen.has(last)) continue
    seen.add(last)
    for (const next of published.get(last)?.runs ?? []) {
      if (next === own) return way
      queue.push([...way, next])
    }
  }
  return null
}

/** The step of the outer definition that an expanded step comes from. */
export function outerKey(key: string): string {
  return key.split('/')[0] ?? key
}

/**
 * The definition with its sub-pathways expanded, each step under its own key, so that it runs as one pathway. Where a sub-pathway ends,
 * the outer one continues; entry and stop rules are those of the outer one.
 */
export function expand(
  definition: PathwayDefinition,
  published: ReadonlyMap<string, Published>,
): PathwayDefinition {
  const subs = new Map(
    definition.steps.flatMap((step) => {
      const sub = step.kind === 'pathway' ? published.get(step.pathway) : undefined
      return sub && step.kind === 'pathway' ? [[step.key, inside(step, sub.definition)] as const] : []
    }),
  )
  if (subs.size === 0) return definition
  // An empty sub-pathway adds no step; several may follow each other.
  const real = (key: string | null): string | null => {
    let to = key
    for (let sub = to === null ? undefined : subs.get(to); sub; sub = to === null ? undefined : subs.get(to))
      to = sub.start
    return to
  }
  const leading = (step: PathwayStep): PathwayStep =>
    step.kind === 'branch'
      ? { ...step, next: real(step.next), otherwise: real(step.otherwise) }
      : { ...step, next: real(step.next) }
  const steps = definition.steps.flatMap((step) => subs.get(step.key)?.steps ?? [step]).map(leading)
  return {
    ...definition,
    start: real(definition.start) ?? definition.start,
    variables: Object.assign(
      {},
      definition.variables,
      ...[...subs.values()].map((sub) => sub.variables),
    ) as PathwayDefinition['variables'],
    steps,
  }
}

/** The steps of a sub-pathway as part of the outer one. */
function inside(outer: SubStep, sub: PathwayDefinition) {
  const prefix = (name: string) => `${outer.key}/${name}`
  const ends = new Set(sub.steps.flatMap((step) => (step.kind === 'stop' ? [step.key] : [])))
  const to = (key: string | null) => (key === null || ends.has(key) ? outer.next : prefix(key))
  const quantity = (value: number | { var: string }) =>
    typeof value === 'number' ? value : { var: prefix(value.var) }
  const span = <T extends { value: number | { var: string } }>(duration: T): T => ({
    ...duration,
    value: quantity(duration.value),
  })
  const condition = (one: Condition): Condition => {
    if ('all' in one) return { all: one.all.map(condition) }
    if ('any' in one) return { any: one.any.map(condition) }
    if ('not' in one) return { not: condition(one.not) }
    if ('sample' in one) return { sample: { ...one.sample, rate: quantity(one.sample.rate) } }
    if (!('fact' in one)) return one
    const fact = one.fact
      .replace(/^task\.(.+)\.outcome$/, (_whole, key: string) => `task.${prefix(key)}.outcome`)
      .replace(/^variables\.(.+)$/, (_whole, name: string) => `variables.${prefix(name)}`)
    return { ...one, fact }
  }
  const steps = sub.steps.flatMap((step): PathwayStep[] => {
    if (step.kind === 'stop') return []
    const base = { key: prefix(step.key), next: to(step.next) }
    if (step.kind === 'wait') return [{ ...step, ...base, for: span(step.for) }]
    if (step.kind === 'task' || step.kind === 'questionnaire')
      return [{ ...step, ...base, dueIn: span(step.dueIn) }]
    if (step.kind === 'branch')
      return [{ ...step, ...base, otherwise: to(step.otherwise), when: condition(step.when) }]
    return [{ ...step, ...base }]
  })
  const variables = Object.fromEntries(
    Object.entries(sub.variables).map(([name, one]) => [prefix(name), one]),
  )
  return { start: to(sub.start), steps, variables }
}

/** Adds the version of each sub-pathway to the stored definition. */
export function pinned(
  definition: PathwayDefinition,
  published: ReadonlyMap<string, Published>,
): PathwayDefinition {
  return {
    ...definition,
    steps: definition.steps.map((step) => {
      const version = step.kind === 'pathway' ? published.get(step.pathway)?.version : undefined
      return step.kind === 'pathway' && version !== undefined ? { ...step, version } : step
    }),
  }
}
