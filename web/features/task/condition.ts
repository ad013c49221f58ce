import type { Answers, Condition } from '../../../contract/questionnaire.ts'

const prefix = 'answers.'

function compare(left: unknown, right: unknown): number | null {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  return null
}

const isMissing = (value: unknown) => value === undefined || value === null || value === ''

/**
 * Does the condition hold for these answers? A question without an answer satisfies no comparison, not even `!=`:
 * a follow-on question must not appear, and a red flag not rise, before anything was said.
 * Facts beyond the answers and samples are the server's business and count as unknown here.
 */
export function holds(condition: Condition, answers: Answers): boolean {
  if ('all' in condition) return condition.all.every((one) => holds(one, answers))
  if ('any' in condition) return condition.any.some((one) => holds(one, answers))
  if ('not' in condition) return !holds(condition.not, answers)
  if ('sample' in condition) return false

  const { fact, op, value } = condition
  const actual = fact.startsWith(prefix) ? answers[fact.slice(prefix.length)] : undefined
  if (op === 'exists') return isMissing(actual) === (value === false)
  if (isMissing(actual)) return false
  if (op === '=') return actual === value
  if (op === '!=') return actual !== value
  if (op === 'in') return Array.isArray(value) && value.includes(actual)
  if (op === 'contains') {
    if (Array.isArray(actual)) return actual.some((one) => one === value)
    return typeof actual === 'string' && typeof value === 'string' && actual.includes(value)
  }
  const order = compare(actual, value)
  if (order === null) return false
  if (op === '<') return order < 0
  if (op === '<=') return order <= 0
  if (op === '>') return order > 0
  return order >= 0
}
