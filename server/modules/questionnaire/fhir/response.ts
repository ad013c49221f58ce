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
  photos: AnsweredPhoto[]
}

/** A picture among the answers; its bytes are read by id. */
export type AnsweredPhoto = { id: number; key: string; contentType: string; size: number; createdAt: Date }
type Attachment = { contentType: string; url: string; size: number; creation: string }

type Value = Partial<{
  valueAttachment: Attachment
  valueBoolean: boolean
  valueInteger: number
  valueDecimal: number
  valueDate: string
  valueString: string
  valueCoding: Coding
}>
type ResponseItem = { linkId: string; text?: string; answer?: Value[]; item?: ResponseItem[] }

/** The total score, for which FHIR has no element; see docs/operations/fhir.md. */
export const scoreExtension = 'urn:careloop:questionnaire-score'

/** Answers as a FHIR R4 QuestionnaireResponse, in the order and under the headings of the questionnaire as FHIR. */
export function responseToFhir(questionnaire: FhirQuestionnaire, questions: Question[], given: Answered) {
  const known = new Map(unfold(questions).map((one) => [one.linkId, one]))
  const { status, score, source, personId, encounterId, updatedAt } = given
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
    item: itemsOf(questionnaire.item ?? [], known, given),
  }
}

function itemsOf(
  items: Item[],
  known: Map<string, Question>,
  given: Pick<Answered, 'answers' | 'photos'>,
): ResponseItem[] {
  return items.flatMap((item): ResponseItem[] => {
    const head = { linkId: item.linkId, ...(item.text && { text: item.text }) }
    if (item.type === 'group') {
      const within = itemsOf(item.item ?? [], known, given)
      return within.length > 0 ? [{ ...head, item: within }] : []
    }
    const question = known.get(item.linkId)
    const value = given.answers[item.linkId]
    const answer =
      question?.type === 'photo' ? picturesOf(value, given.photos) : question ? valuesOf(question, value) : []
    return answer.length > 0 ? [{ ...head, answer }] : []
  })
}

/** The URL is below the FHIR base; reading it needs access to the picture. */
function picturesOf(value: Answers[string] | undefined, photos: AnsweredPhoto[]): Value[] {
  const keys = Array.isArray(value) ? value : []
  return keys.flatMap((key) => {
    const photo = photos.find((one) => one.key === key)
    if (!photo) return []
    const { id, contentType, size, createdAt } = photo
    return [
      { valueAttachment: { contentType, url: `Binary/${id}`, size, creation: createdAt.toISOString() } },
    ]
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
