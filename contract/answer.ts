import { type FactLookup, holds } from './condition.ts'
import type { Answers, Question } from './questionnaire.ts'

/** Answers as facts `answers.<linkId>`; all other facts are unknown. */
export function answerFacts(answers: Answers): FactLookup {
  return (name) => (name.startsWith('answers.') ? answers[name.slice('answers.'.length)] : undefined)
}

/** The visible questions, given the answers so far; used by server and screen. Earlier answers to hidden questions have no effect. */
export function shownQuestions(items: Question[], answers: Answers): Question[] {
  let shown = items
  // Each round hides at least one more question, or is the last.
  for (let before = -1; before !== shown.length;) {
    before = shown.length
    const asked = new Set(unfold(shown).map((item) => item.linkId))
    const fact = answerFacts(
      Object.fromEntries(Object.entries(answers).filter(([linkId]) => asked.has(linkId))),
    )
    shown = shown.filter((item) => !item.enableWhen || holds(item.enableWhen, { fact }))
  }
  return shown
}

/** A matrix expanded into its heading and a choice per row. Rows are what is answered, checked and scored. */
export function unfold(items: Question[]): Question[] {
  return items.flatMap((item): Question[] => {
    if (item.type !== 'matrix') return [item]
    const { rows = [], options, required, ...head } = item
    const row = { type: 'choice' as const, ...(options && { options }), ...(required && { required }) }
    return [{ ...head, type: 'display' }, ...rows.map((one) => ({ ...one, ...row }))]
  })
}
