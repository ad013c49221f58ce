import { questionName } from './event-fact.ts'
import type { Condition } from './questionnaire.ts'

/** Looks up a fact by its dotted name, such as `answers.pain` or `encounter.class`; undefined when unknown. */
export type FactLookup = (name: string, qualified?: Qualified) => unknown

/** Maximum age and required unit of a fact. */
export type Qualified = { withinDays?: number | undefined; unit?: string | undefined }

/** Inputs of a condition besides facts: pathway variables and a stable number in [0, 1) per enrolment and seed. */
export type ConditionContext = {
  fact: FactLookup
  variable?: (name: string) => number | undefined
  draw?: (seed: string) => number
}

/**
 * Evaluates a condition, on server and screen. An unknown fact satisfies no comparison, not even `!=`: a follow-on question must not
 * appear, nor a red flag be raised, before anything was answered. Use `not` around `=` for "unless known to be".
 */
export function holds(condition: Condition, context: ConditionContext): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, context))
  if ('any' in condition) return condition.any.some((part) => holds(part, context))
  if ('not' in condition) return !holds(condition.not, context)
  if ('sample' in condition) {
    const { rate, seed } = condition.sample
    const share = typeof rate === 'number' ? rate : (context.variable?.(rate.var) ?? 0)
    return (context.draw?.(seed) ?? 1) < share
  }
  if ('events' in condition) {
    const { events } = condition
    return compare(context.fact(questionName(events)), events.op, events.value)
  }
  if ('household' in condition) return context.fact(householdName(condition.household)) === true
  const actual = context.fact(condition.fact, condition)
  // One segment is no part of another, whatever their codes begin with.
  if (condition.fact === 'person.segments' && condition.op === 'contains')
    return Array.isArray(actual) && actual.includes(condition.value)
  return compare(actual, condition.op, condition.value)
}

/** The name under which it is looked up whether somebody of the household meets a condition. */
export function householdName(condition: Condition): string {
  return `household:${JSON.stringify(condition)}`
}

type Operator = Extract<Condition, { op: string }>['op']

function compare(actual: unknown, op: Operator, expected: unknown): boolean {
  const known = actual !== undefined && actual !== null && actual !== ''
  if (op === 'exists') return known === (expected !== false)
  if (!known) return false
  if (op === '=') return actual === expected
  if (op === '!=') return actual !== expected
  if (op === 'in') return Array.isArray(expected) && expected.includes(actual)
  if (op === 'contains') return contains(actual, expected)
  const order = compareOrder(actual, expected)
  if (order === null) return false
  if (op === '<') return order < 0
  if (op === '<=') return order <= 0
  return op === '>' ? order > 0 : order >= 0
}

/** Codes are hierarchical: a list of codes with `I10.x02` contains `I10`. */
function contains(actual: unknown, expected: unknown): boolean {
  if (!Array.isArray(actual))
    return typeof actual === 'string' && typeof expected === 'string' && actual.includes(expected)
  return actual.some(
    (one) =>
      one === expected ||
      (typeof one === 'string' && typeof expected === 'string' && one.startsWith(expected)),
  )
}

function compareOrder(left: unknown, right: unknown): number | null {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  return null
}

/** Whether a name is of events or a household, looked up for the whole part of a condition. */
export function isLookedUp(name: string): boolean {
  return name.startsWith('events:') || name.startsWith('household:')
}
