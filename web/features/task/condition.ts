import { holds as evaluate } from '../../../contract/condition.ts'
import type { Answers, Condition } from '../../../contract/questionnaire.ts'

const prefix = 'answers.'

/** Does the condition hold for these answers? Facts beyond the answers, and samples, are the server's business: unknown here. */
export function holds(condition: Condition, answers: Answers): boolean {
  return evaluate(condition, {
    fact: (name) => (name.startsWith(prefix) ? answers[name.slice(prefix.length)] : undefined),
  })
}
