import { shownQuestions, unfold } from './answer.ts'
import type { Answers, Band, Question, QuestionnaireBody } from './questionnaire.ts'

type Scored = Pick<QuestionnaireBody, 'items' | 'scoring' | 'bands'>

/** Points of one answer; 0 without an answer. */
export function pointsOf(item: Question, value: Answers[string] | undefined): number {
  if (typeof value === 'number') {
    if (!item.scores) return item.type === 'scale' ? value : 0
    const line = item.scores.find(
      ({ upTo = Infinity, below = Infinity }) => value <= upTo && (value < below || below === Infinity),
    )
    return line?.score ?? 0
  }
  const chosen = Array.isArray(value) ? value : [value]
  return (item.options ?? []).reduce(
    (sum, option) => sum + (chosen.includes(option.value) ? (option.score ?? 0) : 0),
    0,
  )
}

/** Sum of the points of the visible questions; null when the questionnaire is not scored. */
export function scoreOf(questionnaire: Scored, answers: Answers): number | null {
  if (questionnaire.scoring === 'none') return null
  return unfold(shownQuestions(questionnaire.items, answers)).reduce(
    (sum, item) => sum + pointsOf(item, answers[item.linkId]),
    0,
  )
}

/** The band of the answers; null until all required questions are answered: half a PHQ-9 with 4 points is not "minimal". */
export function bandOf(questionnaire: Scored, answers: Answers): Band | null {
  const bands = questionnaire.bands ?? []
  const total = scoreOf(questionnaire, answers)
  if (total === null || bands.length === 0) return null
  const shown = unfold(shownQuestions(questionnaire.items, answers))
  if (shown.some((item) => item.required && (answers[item.linkId] ?? '') === '')) return null
  const byTotal = bands.findIndex(({ upTo = Infinity }) => total <= upTo)
  const highest = Math.max(...shown.map((item) => pointsOf(item, answers[item.linkId])))
  const bySingle = bands.findLastIndex(({ singleItem = Infinity }) => highest >= singleItem)
  return bands[Math.max(byTotal, bySingle)] ?? null
}
