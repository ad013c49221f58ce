import type { EventQuestion } from '../../../contract/event-fact.ts'
import type { Condition } from '../../../contract/questionnaire.ts'

/** Words that a condition needs; passed in so that the wording stays pure and testable. */
export type ConditionWords = {
  fact: (name: string) => string
  value: (fact: string, value: unknown) => string
  rate: (rate: number | { var: string }) => string
  say: (
    key: 'not' | 'exists' | 'missing' | 'compare' | 'sample' | 'recent',
    words: { when?: string; fact?: string; op?: string; value?: string; rate?: string; days?: number },
  ) => string
  events: (question: EventQuestion) => string
  household: (when: string) => string
  join: Record<'all' | 'any' | 'comma', string>
  op: Record<'in' | 'contains' | 'is' | 'isNot', string>
}

const signs = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const

/** A condition as a sentence part: “疼痛” ≥ 7 或 “伤口” 是 红肿. */
export function conditionInWords(condition: Condition, words: ConditionWords, nested = false): string {
  const several = (parts: Condition[], join: string) => {
    const text = parts.map((part) => conditionInWords(part, words, parts.length > 1)).join(join)
    return nested && parts.length > 1 ? `（${text}）` : text
  }
  if ('all' in condition) return several(condition.all, words.join.all)
  if ('any' in condition) {
    const alike = sameQuestion(condition.any)
    return alike ? conditionInWords(alike, words) : several(condition.any, words.join.any)
  }
  if ('not' in condition) return words.say('not', { when: conditionInWords(condition.not, words) })
  if ('sample' in condition) return words.say('sample', { rate: words.rate(condition.sample.rate) })
  if ('events' in condition) return words.events(condition.events)
  if ('household' in condition) return words.household(conditionInWords(condition.household, words))
  const comparison = comparisonInWords(condition, words)
  return condition.withinDays === undefined
    ? comparison
    : words.say('recent', { when: comparison, days: condition.withinDays })
}

function comparisonInWords({ fact, op, value, unit }: Comparison, words: ConditionWords): string {
  const name = words.fact(fact)
  if (op === 'exists') return words.say(value === false ? 'missing' : 'exists', { fact: name })
  const spoken = Array.isArray(value)
    ? value.map((one) => words.value(fact, one)).join(words.join.comma)
    : words.value(fact, value)
  const plain = typeof value === 'number' || typeof value === 'boolean'
  const sign =
    op === '='
      ? plain
        ? '='
        : words.op.is
      : op === '!='
        ? plain
          ? '≠'
          : words.op.isNot
        : op === 'in' || op === 'contains'
          ? words.op[op]
          : signs[op]
  return words.say('compare', { fact: name, op: sign, value: unit ? `${spoken} ${unit}` : spoken })
}

type Comparison = Extract<Condition, { op: string }>

/** “诊断 包含 I10 或 诊断 包含 I11 …” reads better as “诊断 包含 I10、I11 …”. */
function sameQuestion(parts: Condition[]): Comparison | null {
  const [first] = parts
  if (!first || !('op' in first) || first.op !== 'contains' || parts.length < 2) return null
  const alike = parts.flatMap((part) =>
    'op' in part &&
    part.op === first.op &&
    part.fact === first.fact &&
    part.withinDays === first.withinDays &&
    part.unit === first.unit
      ? [part.value]
      : [],
  )
  return alike.length === parts.length ? { ...first, value: alike } : null
}
