import type { RuleGroupType, RuleType } from 'react-querybuilder'
import type { Condition } from '../../../contract/questionnaire.ts'

/** A part of a rule as the query builder keeps it: the whole part is the value of a rule. */
export type Part = Exclude<
  Condition,
  { all: unknown } | { any: unknown } | { not: unknown } | { sample: unknown }
>

let made = 0
/** The query builder knows its rules by an id that stays while they move. */
const fresh = () => `part-${++made}`

export const ruleOf = (part: Part): RuleType => ({ id: fresh(), field: 'part', operator: '=', value: part })

/** A condition as a tree of groups. */
export function treeOf(condition: Condition | null): RuleGroupType {
  const node = condition === null ? { all: [] } : condition
  const tree = nodeOf(node)
  return 'rules' in tree ? tree : { id: fresh(), combinator: 'and', rules: [tree] }
}

function nodeOf(condition: Condition): RuleGroupType | RuleType {
  if ('all' in condition) return { id: fresh(), combinator: 'and', rules: condition.all.map(nodeOf) }
  if ('any' in condition) return { id: fresh(), combinator: 'or', rules: condition.any.map(nodeOf) }
  if ('not' in condition) {
    const inner = nodeOf(condition.not)
    // What is negated twice becomes a group around it.
    return 'rules' in inner && !inner.not
      ? { ...inner, not: true }
      : { id: fresh(), combinator: 'and', not: true, rules: [inner] }
  }
  if ('sample' in condition) return { id: fresh(), combinator: 'and', rules: [] }
  return ruleOf(condition)
}

/** The condition of a tree; null while nothing is asked. */
export function conditionOf({ combinator, not, rules }: RuleGroupType): Condition | null {
  const parts = rules.flatMap((one): Condition[] => {
    if (typeof one === 'string') return []
    const part = 'rules' in one ? conditionOf(one) : (one.value as Part)
    return part === null ? [] : [part]
  })
  const [only] = parts
  if (!only) return null
  const whole: Condition = parts.length === 1 ? only : combinator === 'or' ? { any: parts } : { all: parts }
  return not ? { not: whole } : whole
}
