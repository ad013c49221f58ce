import { partsOf } from '../../../contract/questionnaire-check.ts'
import { unfold } from '../../../contract/answer.ts'
import type { Condition, Question, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import type { VoiceProblem } from '../../../contract/voice.ts'

/** Options that single keys can choose: 0 asks for a person. */
const mostOptions = 9
const mostDigits = 9

/** Why keys cannot answer a question; undefined: they can. */
function unfit(item: Question): VoiceProblem['why'] | undefined {
  switch (item.type) {
    case 'group':
    case 'display':
    case 'boolean':
    case 'date':
      return undefined
    case 'choice':
    case 'multiple':
      return (item.options ?? []).length > mostOptions ? 'too-many-options' : undefined
    case 'integer':
    case 'scale':
    case 'decimal':
      return (item.min ?? 0) < 0 || (item.max ?? 0) >= 10 ** mostDigits ? 'negative' : undefined
    default:
      return 'not-by-keys'
  }
}

const asksFor = (condition: Condition | undefined, linkId: string) =>
  condition !== undefined &&
  partsOf(condition).some((part) => 'fact' in part && part.fact === `answers.${linkId}`)

/** Whether the answer to a question can raise an alarm, its own or that of another question. */
export const raisesAlarm = (items: Question[], linkId: string): boolean =>
  unfold(items).some((one) => asksFor(one.redFlag?.when, linkId))

/** Questions that the machine leaves out: keys cannot answer them, or they are for staff. */
export function isAsked(item: Question): boolean {
  return item.staffOnly !== true && unfit(item) === undefined
}

/**
 * What stands in the way of asking a questionnaire by telephone keys. `blocks`: it cannot be completed, or something dangerous could not be
 * said; otherwise the question is left out and staff may ask it later.
 */
export function voiceProblems({ items }: Pick<QuestionnaireBody, 'items'>): VoiceProblem[] {
  const all = unfold(items)
  const problems = all.flatMap((item): VoiceProblem[] => {
    const why = item.staffOnly ? (item.required ? 'staff-only' : undefined) : unfit(item)
    if (!why) return []
    const flagged = raisesAlarm(items, item.linkId)
    return [{ linkId: item.linkId, why, blocks: item.required === true || flagged }]
  })
  const asked = all.filter((item) => isAsked(item) && item.type !== 'group' && item.type !== 'display')
  return asked.length > 0 ? problems : [...problems, { linkId: null, why: 'nothing-to-ask', blocks: true }]
}

export const isVoiceReady = (body: Pick<QuestionnaireBody, 'items'>): boolean =>
  !voiceProblems(body).some((problem) => problem.blocks)
