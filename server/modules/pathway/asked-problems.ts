import { unfold } from '../../../contract/answer.ts'
import { comparisonsOf } from '../../../contract/questionnaire-check.ts'
import { type AskedFact, readFactName } from '../../../contract/pathway-fact.ts'
import {
  type PathwayDefinition,
  type PathwayProblem,
  type PathwayStep,
  successors,
} from '../../../contract/pathway.ts'
import type { Condition, QuestionnaireBody } from '../../../contract/questionnaire.ts'

/** Questionnaires by code; null where only its existence matters, or no version is published. */
export type Known = ReadonlyMap<string, QuestionnaireBody | null>
type Comparison = Extract<Condition, { fact: string }>

/** Problems with answers and results used by branches. */
export function askedProblems(definition: PathwayDefinition, questionnaires: Known): PathwayProblem[] {
  const problems: PathwayProblem[] = []
  const { when } = definition.entry
  if (when && comparisonsOf(when).some(({ fact }) => readFactName(fact)))
    problems.push({
      step: null,
      message: 'Entry asks for answers or results; only a branch on the way can. Put a branch first.',
    })
  for (const step of definition.steps) {
    if (step.kind !== 'branch') continue
    for (const comparison of comparisonsOf(step.when)) {
      const fact = readFactName(comparison.fact)
      const message =
        fact &&
        (fact.of === 'observation'
          ? resultProblem(fact.code, comparison)
          : answerProblem(fact, comparison, step, definition, questionnaires))
      if (message) problems.push({ step: step.key, message })
    }
  }
  return problems
}

function resultProblem(code: string, { withinDays }: Comparison): string | null {
  if (code.trim() === '')
    return 'Asks for a result without a code; write the code of the laboratory or LOINC.'
  return withinDays === undefined
    ? `Asks for the result "${code}" without saying how old it may be; write the days.`
    : null
}

function answerProblem(
  fact: Exclude<AskedFact, { of: 'observation' }>,
  { value }: Comparison,
  branch: PathwayStep,
  definition: PathwayDefinition,
  questionnaires: Known,
): string | null {
  const { questionnaire: code } = fact
  const body = questionnaires.get(code)
  if (!body) return `Asks for answers to "${code}", which is no published questionnaire.`
  const ways = definition.steps
    .filter((step) => 'questionnaire' in step && step.questionnaire === code)
    .map((step) => leadsTo(step, branch.key, definition))
  if (!ways.some((way) => way !== null))
    return `Asks for answers to "${code}", which nobody is asked before; add a step that asks it.`
  if (!ways.includes('later'))
    return `Asks for answers to "${code}" the moment it is asked; let the task wait for its result, or put a wait between.`
  if (fact.of === 'answer')
    return unfold(body.items).some((one) => one.linkId === fact.linkId)
      ? null
      : `Asks for the question "${fact.linkId}", which is not in "${code}".`
  if (body.scoring === 'none') return `Asks for the total of "${code}", which counts none.`
  if (fact.of === 'score') return null
  const bands = new Set((body.bands ?? []).map((band) => band.code))
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const unknown = values.filter((one) => typeof one === 'string').find((one) => !bands.has(one))
  if (bands.size === 0) return `Asks what the total of "${code}" means, which has no bands.`
  return unknown === undefined ? null : `Asks for the band "${unknown}", which is not in "${code}".`
}

/** Whether one step is reachable from another; `later`: with time in between, so that somebody can have answered. */
function leadsTo(from: PathwayStep, key: string, { steps }: PathwayDefinition): 'later' | 'at-once' | null {
  const byKey = new Map(steps.map((step) => [step.key, step]))
  const seen = new Set<string>()
  const queue = [{ step: from, later: false }]
  let reached: 'at-once' | null = null
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { step } = next
    if (step.key === key) {
      if (next.later) return 'later'
      reached = 'at-once'
    }
    const later = next.later || step.kind === 'wait' || (step.kind === 'task' && step.waitFor === 'result')
    if (seen.has(`${step.key} ${later}`)) continue
    seen.add(`${step.key} ${later}`)
    for (const to of successors(step)) {
      const after = to === null ? undefined : byKey.get(to)
      if (after) queue.push({ step: after, later })
    }
  }
  return reached
}
