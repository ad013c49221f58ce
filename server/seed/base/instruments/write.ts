import type { Localized, Question, QuestionnaireDefinition } from '../../../../contract/questionnaire.ts'
import { taiwanese } from '../../../platform/taiwanese.ts'

/** An instrument as it is shipped. */
export type Instrument = Pick<
  QuestionnaireDefinition,
  'code' | 'title' | 'source' | 'script' | 'items' | 'scoring' | 'bands' | 'licence'
>

/** The same words in three languages; Taiwan's are converted from the mainland's unless it says it otherwise. */
export function words(mainland: string, en: string, taiwan = taiwanese(mainland)): Localized {
  return { 'zh-CN': mainland, 'zh-TW': taiwan, en }
}

/** Options with their points; the value tells place and points, so that answers stay readable. */
export function options(...all: [score: number, text: Localized][]): NonNullable<Question['options']> {
  return all.map(([score, text], at) => ({ value: `${at}`, text, score }))
}

export function choice(
  linkId: string,
  text: Localized,
  answers: NonNullable<Question['options']>,
  more: Partial<Question> = {},
): Question {
  return { linkId, type: 'choice', text, required: true, options: answers, ...more }
}

/** A yes-or-no question whose "yes" gives points. */
export function yesNo(
  linkId: string,
  text: Localized,
  points: number,
  more: Partial<Question> = {},
): Question {
  return choice(linkId, text, options([0, words('否', 'No')], [points, words('是', 'Yes')]), more)
}

/** A measured number whose ranges give points; counted things have no unit. */
export function measure(
  linkId: string,
  text: Localized,
  unit: string,
  [min, max]: [min: number, max: number],
  scores: NonNullable<Question['scores']>,
  more: Partial<Question> = {},
): Question {
  return { linkId, type: 'decimal', text, required: true, ...(unit && { unit }), min, max, scores, ...more }
}
