import { shownQuestions, unfold } from './answer.ts'
import { type CriticalKind, criticalKinds } from './call-quality.ts'
import type { Answers, Question, QuestionnaireBody } from './questionnaire.ts'
import { pointsOf } from './score.ts'

/** Marks a question of the scoring form as critical; its code says of which kind. */
export const criticalSystem = 'urn:careloop:critical-error'
/** The answer that is a critical error, and the one that leaves a question out. */
const [failed, notApplicable] = ['no', 'na']

export type CallScore = {
  /** Of the points that could be had in this call, in percent; null when none could. */
  score: number | null
  critical: CriticalKind[]
  /** Kinds of critical error that could be judged in this call. */
  assessed: CriticalKind[]
}

const criticalKindOf = (item: Question): CriticalKind | undefined =>
  criticalKinds.find((kind) =>
    item.codes?.some(({ system, code }) => system === criticalSystem && code === kind),
  )

/**
 * Points of a call, and apart from them its critical errors: one such error makes a call wrong whatever else was right (COPC CX Standard,
 * critical error accuracy).
 */
export function scoreCall({ items }: Pick<QuestionnaireBody, 'items'>, answers: Answers): CallScore {
  let [points, most] = [0, 0]
  const critical = new Set<CriticalKind>()
  const assessed = new Set<CriticalKind>()
  for (const item of unfold(shownQuestions(items, answers))) {
    const answer = answers[item.linkId] ?? null
    if (answer === null || answer === notApplicable) continue
    points += pointsOf(item, answer)
    most += Math.max(0, ...(item.options ?? []).map((option) => option.score ?? 0))
    const kind = criticalKindOf(item)
    if (!kind) continue
    assessed.add(kind)
    if (answer === failed) critical.add(kind)
  }
  return {
    score: most === 0 ? null : (points / most) * 100,
    critical: [...critical],
    assessed: [...assessed],
  }
}
