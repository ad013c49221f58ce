import { unfold } from '../../../../contract/answer.ts'
import type { Answers, Question } from '../../../../contract/questionnaire.ts'
import type { Coding, FhirQuestionnaire, Item } from './terms.ts'

export type Answered = {
  status: 'in-progress' | 'completed'
  answers: Answers
  score: number | null
  source: 'staff' | 'person'
  personId: number
  encounterId: number | null
  updatedAt: Date
}

type Value = Partial<{
  valueBoolean: boolean
  valueInteger: number
  valueDecimal: number
  valueDate: string
  valueString: string
  valueCoding: Coding
}>
type ResponseItem = { linkId: string; text?: string; answer?: Value[]; item?: ResponseItem[] }

/** The total of the points, for which FHIR has no element; see docs/operations/fhir.md. */
export const scoreExtension = 'urn:careloop:questionnaire-score'

/** Answers as a FHIR R4 QuestionnaireResponse, in the order and under the headings of the questionnaire as FHIR. */
export function responseToFhir(questionnaire: FhirQuestionnaire, questions: Question[], given: Answered) {
  const known = new Map(unfold(questions).map((one) => [one.linkId, one]))
  const { status, answers, score, source, personId, encounterId, updatedAt } = given
  const person = { reference: `Patient/${personId}` }
  return {
    resourceType: 'QuestionnaireResponse' as const,
    ...(score !== null && { extension: [{ url: scoreExtension, valueDecimal: score }] }),
    questionnaire: `${questionnaire.url ?? ''}|${questionnaire.version ?? ''}`,
    status,
    subject: person,
    ...(encounterId !== null && { encounter: { reference: `Encounter/${encounterId}` } }),
    authored: updatedAt.toISOString(),
    ...(source === 'person' && { source: person }),
    item: itemsOf(questionnaire.item ?? [], known, answers),
  }
}

function itemsOf(items: Item[], known: Map<string, Question>, answers: Answers): ResponseItem[] {
  return items.flatMap((item): ResponseItem[] => {
    const head = { linkId: item.linkId, ...(item.text && { text: item.text }) }
    if (item.type === 'group') {
      const within = itemsOf(item.item ?? [], known, answers)
      return within.length > 0 ? [{ ...head, item: within }] : []
    }
    const question = known.get(item.linkId)
    const answer = question ? valuesOf(question, answers[item.linkId]) : []
    return answer.length > 0 ? [{ ...head, answer }] : []
  })
}

function valuesOf(question: Question, value: Answers[string] | undefined): Value[] {
  if (value === undefined || value === null || value === '') return []
  if (Array.isArray(value)) return value.map((one) => ({ valueCoding: codingOf(question, one) }))
  if (typeof value === 'boolean') return [{ valueBoolean: value }]
  if (typeof value === 'number')
    return [question.type === 'decimal' ? { valueDecimal: value } : { valueInteger: value }]
  if (question.type === 'choice') return [{ valueCoding: codingOf(question, value) }]
  return [question.type === 'date' ? { valueDate: value } : { valueString: value }]
}

function codingOf({ options = [] }: Question, value: string): Coding {
  const option = options.find((one) => one.value === value)
  return {
    ...(option?.system && { system: option.system }),
    code: value,
    ...(option && { display: option.text['zh-CN'] }),
  }
}
