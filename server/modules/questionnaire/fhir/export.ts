import { isDeepStrictEqual } from 'node:util'
import { unfold } from '../../../../contract/answer.ts'
import { mostPhotoBytes } from '../../../../contract/photo.ts'
import type { Localized, Question, QuestionnaireBody } from '../../../../contract/questionnaire.ts'
import { type Known, whenOf } from './condition.ts'
import { fromFhir } from './import.ts'
import {
  canonical,
  type Extension,
  type FhirQuestionnaire,
  fhirQuestionnaire,
  type Item,
  itemControls,
  url,
} from './terms.ts'
import { translated } from './words.ts'

/** A questionnaire, independent of storage. */
export type Content = { code: string; title: Localized; source: string | null; body: QuestionnaireBody }
type Published = { version: number; status: 'active' | 'retired'; date: string | undefined }

/**
 * A questionnaire as FHIR R4. Two extensions of ours hold what FHIR cannot express, so that an import gives the same questionnaire; what
 * goes into them is found by importing the standard part.
 */
export function toFhir(content: Content, { version, status, date }: Published): FhirQuestionnaire {
  const { code, title, source, body } = content
  const { items, licence, ...rest } = body
  const known: Known = new Map(unfold(items).map((one) => [one.linkId, one]))
  const { made, tree } = nest(items, known)
  const { text, beside } = translated(title)
  const whole = {
    resourceType: 'Questionnaire' as const,
    language: 'zh-CN',
    url: canonical(code),
    identifier: [{ system: 'urn:careloop:questionnaire', value: code }],
    version: String(version),
    name: nameOf(code),
    title: text,
    ...(beside && { _title: beside }),
    status,
    subjectType: ['Patient'],
    ...(date && { date }),
    ...(licence && { copyright: licence }),
    item: tree,
  }
  const read = fromFhir(fhirQuestionnaire.parse(whole)).body.items
  for (const [at, question] of items.entries()) {
    const lost = difference(question, read[at])
    const item = made[at]
    if (item && Object.keys(lost).length > 0)
      item.extension = [...(item.extension ?? []), { url: url.question, valueString: JSON.stringify(lost) }]
  }
  const extension = [{ url: url.questionnaire, valueString: JSON.stringify({ source, ...rest }) }]
  return { ...whole, extension }
}

/** `phq-9` → `Phq9`: a machine-readable name (rule que-0). */
function nameOf(code: string): string {
  return code.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_whole, first: string) => first.toUpperCase())
}

/** Elements that an import would change or lose; null if none. */
function difference(question: Question, read: Question | undefined): Record<string, unknown> {
  const before: Record<string, unknown> = question
  const after: Record<string, unknown> = read ?? {}
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    keys
      .filter((key) => !isDeepStrictEqual(before[key], after[key]))
      .map((key) => [key, before[key] ?? null]),
  )
}

/** Our headings are siblings of the questions; in FHIR the questions after a heading are inside its group. */
function nest(items: Question[], known: Known): { made: Item[]; tree: Item[] } {
  const taken = new Set(known.keys())
  const tree: Item[] = []
  let group: Item | undefined
  const made = items.map((question, at) => {
    const item = itemOf(question, known, taken)
    const next = items[at + 1]
    const heading = question.type === 'group'
    // A FHIR group hides its items, our heading only itself; and FHIR has no empty groups (rule que-1).
    const opens = heading && !question.enableWhen && next !== undefined && next.type !== 'group'
    if (heading) group = undefined
    if (heading && !opens) item.type = 'display'
    if (group) (group.item ??= []).push(item)
    else tree.push(item)
    if (opens) group = item
    return item
  })
  return { made, tree }
}

const types = {
  group: 'group',
  choice: 'choice',
  multiple: 'choice',
  boolean: 'boolean',
  integer: 'integer',
  decimal: 'decimal',
  scale: 'integer',
  date: 'date',
  string: 'string',
  text: 'text',
  display: 'display',
  matrix: 'group',
  photo: 'attachment',
} as const satisfies Record<Question['type'], Item['type']>

const control = (code: string): Extension => ({
  url: url.itemControl,
  valueCodeableConcept: { coding: [{ system: itemControls, code }] },
})

function itemOf(question: Question, known: Known, taken: Set<string>): Item {
  const { linkId, type, options, rows, help, required, codes } = question
  const { text, beside } = translated(question.text)
  const matrix = type === 'matrix'
  const several = type === 'multiple' || (type === 'photo' && (question.maxPhotos ?? 1) > 1)
  const when = whenOf(question.enableWhen, known)
  const extension = [...rangeOf(question), ...controlOf(question), ...picturesOf(question), ...when.extension]
  const chosen = matrix || type === 'choice' || type === 'multiple'
  const answers = chosen && options ? answerOptions(options) : undefined
  const children: Item[] = ((matrix && rows) || []).map((row) => {
    const words = translated(row.text)
    return {
      linkId: row.linkId,
      ...(row.codes && { code: row.codes }),
      text: words.text,
      ...(words.beside && { _text: words.beside }),
      type: 'choice',
      ...(required !== undefined && { required }),
      ...(answers && { answerOption: answers }),
    }
  })
  // Displays have no items (rule que-1).
  if (help && type !== 'display' && type !== 'group') {
    const words = translated(help)
    children.unshift({
      linkId: free(`${linkId}-help`, taken),
      extension: [control('help')],
      text: words.text,
      ...(words.beside && { _text: words.beside }),
      type: 'display',
    })
  }
  return {
    linkId,
    ...(extension.length > 0 && { extension }),
    ...(codes && type !== 'display' && { code: codes }),
    text,
    ...(beside && { _text: beside }),
    type: types[type],
    ...when.elements,
    ...(required !== undefined && type !== 'display' && { required }),
    ...(several && { repeats: true }),
    ...(answers && !matrix && { answerOption: answers }),
    ...(children.length > 0 && { item: children }),
  }
}

function free(wanted: string, taken: Set<string>): string {
  let linkId = wanted
  for (let more = 2; taken.has(linkId); more += 1) linkId = `${wanted}-${more}`
  taken.add(linkId)
  return linkId
}

function rangeOf({ type, min, max, unit }: Question): Extension[] {
  const whole = type === 'integer' || type === 'scale'
  const bound = (name: 'minValue' | 'maxValue', value: number | undefined): Extension[] =>
    value === undefined || (whole && !Number.isInteger(value))
      ? []
      : [{ url: url[name], ...(whole ? { valueInteger: value } : { valueDecimal: value }) }]
  const scale = type === 'scale'
  return [
    ...bound('minValue', min ?? (scale ? 0 : undefined)),
    ...bound('maxValue', max ?? (scale ? 10 : undefined)),
    ...(unit ? [{ url: url.unit, valueCoding: { display: unit } }] : []),
  ]
}

function controlOf({ type }: Question): Extension[] {
  if (type === 'scale') return [control('slider')]
  return type === 'matrix' ? [control('htable')] : []
}

/** An attachment that has to be a picture, and how many. */
function picturesOf({ type, maxPhotos }: Question): Extension[] {
  if (type !== 'photo') return []
  return [
    ...['image/jpeg', 'image/png'].map((valueCode) => ({ url: url.mimeType, valueCode })),
    // In megabytes.
    { url: url.maxSize, valueDecimal: mostPhotoBytes / 1024 / 1024 },
    ...(maxPhotos !== undefined && maxPhotos > 1 ? [{ url: url.maxOccurs, valueInteger: maxPhotos }] : []),
  ]
}

function answerOptions(options: NonNullable<Question['options']>): NonNullable<Item['answerOption']> {
  return options.map(({ value, text, score, system }) => {
    const words = translated(text)
    return {
      ...(score !== undefined && { extension: [{ url: url.ordinalValue, valueDecimal: score }] }),
      valueCoding: {
        ...(system && { system }),
        code: value,
        display: words.text,
        ...(words.beside && { _display: words.beside }),
      },
    }
  })
}
