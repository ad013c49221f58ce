import { answerFacts, shownQuestions as shownItems, unfold } from '../../../contract/answer.ts'
import { holds } from '../../../contract/condition.ts'
import type { Answers, Question } from '../../../contract/questionnaire.ts'

type Asked = { items: Question[] } | null

export type AnswerValue = Answers[string]

const asks = (question: Question) => question.type !== 'group' && question.type !== 'display'

export function isAnswered(value: AnswerValue | undefined): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  )
}

/** Questions that apply to the answers so far, in their order. */
export function shownQuestions(questionnaire: Asked, answers: Answers): Question[] {
  return shownItems(questionnaire?.items ?? [], answers)
}

/** Answers to questions that no longer apply are not sent: they would count in scores and red flags. */
export function answersThatApply(questionnaire: Asked, answers: Answers): Answers {
  const shown = unfold(shownQuestions(questionnaire, answers)).filter(asks)
  const result: Answers = {}
  for (const { linkId } of shown) {
    const value = answers[linkId]
    if (value !== undefined) result[linkId] = value
  }
  return result
}

const choosable = new Set<Question['type']>(['choice', 'multiple', 'boolean', 'scale'])

/** Not answered, and answered by a digit. */
export const isOpenChoice = (question: Question, answers: Answers): boolean =>
  choosable.has(question.type) && !isAnswered(answers[question.linkId])

/** As the contract has it. */
export const longestText = 4000

/** The first question with more text than can be kept. */
export const tooLong = (answers: Answers): string | undefined =>
  Object.entries(answers).find(([, value]) => typeof value === 'string' && value.length > longestText)?.[0]

export function progress(questions: Question[], answers: Answers) {
  const asked = unfold(questions).filter(asks)
  return { all: asked.length, done: asked.filter((question) => isAnswered(answers[question.linkId])).length }
}

export function firstMissing(questions: Question[], answers: Answers): Question | undefined {
  return unfold(questions).find(
    (question) => asks(question) && question.required && !isAnswered(answers[question.linkId]),
  )
}

export function isDangerous(question: Question, answers: Answers): boolean {
  return question.redFlag !== undefined && holds(question.redFlag.when, { fact: answerFacts(answers) })
}

export type NumberProblem = 'mustBeNumber' | 'outOfRange' | 'atLeast' | 'atMost'

export function numberProblem(question: Question, text: string): NumberProblem | null {
  if (text === '') return null
  const value = Number(text)
  if (!Number.isFinite(value) || (question.type === 'integer' && !Number.isInteger(value)))
    return 'mustBeNumber'
  const { min, max } = question
  const low = min !== undefined && value < min
  const high = max !== undefined && value > max
  if (!low && !high) return null
  if (min !== undefined && max !== undefined) return 'outOfRange'
  return low ? 'atLeast' : 'atMost'
}
