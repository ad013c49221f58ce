import type { Condition } from './questionnaire.ts'

/** Looks a fact up by its dotted name, such as `answers.pain` or `encounter.class`; undefined when unknown. */
export type FactLookup = (name: string) => unknown

/** Values a condition needs besides facts: pathway variables and a stable number in [0, 1) per person and seed. */
export type ConditionContext = {
  fact: FactLookup
  variable?: (name: string) => number | undefined
  draw?: (seed: string) => number
}

/**
 * Evaluates a condition. An unknown fact makes every comparison false except `!=` and a negated `exists`: what is not known is not
 * equal to anything.
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
  return compare(context.fact(condition.fact), condition.op, condition.value)
}

type Operator = Extract<Condition, { op: string }>['op']

function compare(actual: unknown, op: Operator, expected: unknown): boolean {
  const known = actual !== undefined && actual !== null && actual !== ''
  if (op === 'exists') return known === (expected !== false)
  if (op === '!=') return !known || !same(actual, expected)
  if (!known) return false
  if (op === '=') return same(actual, expected)
  if (op === 'in') return Array.isArray(expected) && expected.some((value) => same(actual, value))
  if (op === 'contains')
    return Array.isArray(actual)
      ? actual.some((value) => startsOrSame(value, expected))
      : startsOrSame(actual, expected)
  const [left, right] = [Number(actual), Number(expected)]
  if (Number.isNaN(left) || Number.isNaN(right)) return false
  if (op === '<') return left < right
  if (op === '<=') return left <= right
  return op === '>' ? left > right : left >= right
}

function same(left: unknown, right: unknown): boolean {
  return typeof left === typeof right ? left === right : String(left) === String(right)
}

/** Codes are hierarchical: a condition on `I10` also means `I10.x02`. */
function startsOrSame(value: unknown, expected: unknown): boolean {
  return typeof value === 'string' && typeof expected === 'string'
    ? value.startsWith(expected)
    : same(value, expected)
}
