import { shownQuestions, unfold } from '../../../contract/answer.ts'
import type { AnswerLine, Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'

/** Answers in the order of the questions, without empty ones. */
export function answerLines(
  { items }: Pick<QuestionnaireDefinition, 'items'>,
  answers: Answers,
): AnswerLine[] {
  return unfold(shownQuestions(items, answers)).flatMap((question) => {
    const value = answers[question.linkId]
    if (value === undefined || value === null || value === '') return []
    const chosen = Array.isArray(value) ? value : [value]
    const options = question.options?.filter((option) => chosen.includes(option.value))
    return [{ question: { ...question, options }, value }]
  })
}
