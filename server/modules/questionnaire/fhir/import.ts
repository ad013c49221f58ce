import { isDeepStrictEqual } from 'node:util'
import { unfold } from '../../../../contract/answer.ts'
import type { DraftBody, ImportNote } from '../../../../contract/questionnaire-design.ts'
import {
  condition,
  type Condition,
  type Localized,
  mostPhotos,
  type Question,
  questionnaireBody,
} from '../../../../contract/questionnaire.ts'
import { z } from 'zod'
import { conditionFrom, type Known, whenOf } from './condition.ts'
import { optionsOf } from './options.ts'
import { type Coding, extensionOf, type FhirQuestionnaire, type Item, url } from './terms.ts'
import { Words } from './words.ts'

export type Imported = {
  code: string | null
  title: Localized
  source: string | null
  body: DraftBody
  /** What could not be imported. */
  notes: ImportNote[]
}

/** A question being imported, with the items whose conditions apply to it. */
type Found = { item: Item; question: Question; own: Record<string, unknown>; under: Item[] }

const wholeExtension = questionnaireBody
  .omit({ items: true, licence: true })
  .extend({ source: z.string().max(500).nullable() })

/**
 * A FHIR R4 Questionnaire as a draft of ours, with a list of what could not be imported. Our own extensions count as long as they agree
 * with the standard part.
 */
export function fromFhir(resource: FhirQuestionnaire): Imported {
  const reader = new Reader(resource)
  const items = reader.read(resource.item ?? [])
  const extension = extensionOf(resource, 'questionnaire')
  const ours = extension && wholeExtension.safeParse(parsed(extension.valueString))
  if (ours && !ours.success) reader.note(null, 'extension', url.questionnaire)
  for (const one of resource.extension ?? [])
    if (one.url !== url.questionnaire) reader.note(null, 'extension', one.url)
  for (const name of administrative) if (resource[name] !== undefined) reader.note(null, 'element', name)
  const title = reader.words.read(resource.title ?? resource.name, resource._title)
  const scored = items.some((one) => one.options?.some((option) => option.score !== undefined))
  if (scored && !ours?.success) reader.note(null, 'scored')
  for (const tag of reader.words.otherLanguages) reader.note(null, 'language', tag)
  if (reader.words.chineseMissing) reader.note(null, 'no-chinese')
  const { source, ...rest } = ours?.success
    ? ours.data
    : { source: citation(resource), scoring: scored ? ('sum' as const) : ('none' as const) }
  return {
    code: resource.identifier?.find((one) => one.system === 'urn:careloop:questionnaire')?.value ?? null,
    title,
    source,
    body: { ...rest, ...(resource.copyright && { licence: resource.copyright }), items },
    notes: reader.notes,
  }
}

/** Publication metadata that we do not store. */
const administrative = [
  'description',
  'purpose',
  'code',
  'derivedFrom',
  'useContext',
  'jurisdiction',
  'contact',
  'approvalDate',
  'lastReviewDate',
  'effectivePeriod',
]

function citation({ url: address, version, publisher }: FhirQuestionnaire): string | null {
  const name = address && version ? `${address}|${version}` : address
  return [publisher, name].filter(Boolean).join(', ').slice(0, 500) || null
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

const controlOf = (item: Item) => extensionOf(item, 'itemControl')?.valueCodeableConcept?.coding?.[0]?.code
const isDisplay = (item: Item, control: string) => item.type === 'display' && controlOf(item) === control

/** Presentation only; our forms have their own. */
const looks = new Set([
  'radio-button',
  'check-box',
  'drop-down',
  'text-box',
  'spinner',
  'list',
  'inline',
  'prompt',
])

const taken = new Set<string>([
  url.minValue,
  url.maxValue,
  url.unit,
  url.hidden,
  url.question,
  url.itemControl,
])

/** Extensions of attachments: media type, size and count. */
const ofPictures = new Set<string>([url.mimeType, url.maxSize, url.maxOccurs])

const mimeTypesOf = (item: Item) =>
  (item.extension ?? []).flatMap((one) => (one.url === url.mimeType ? (one.valueCode ?? []) : []))

/** An attachment without a media type may be a picture; one of another type may not. */
function isPicture(item: Item): boolean {
  const types = mimeTypesOf(item)
  return types.length === 0 || types.some((one) => one.startsWith('image/'))
}

/** `asked` is how many the sender wanted, `maxPhotos` how many there are here; without it one. */
function picturesOf(item: Item): { asked: number; maxPhotos: number | undefined } {
  if (!item.repeats) return { asked: 1, maxPhotos: undefined }
  const asked = extensionOf(item, 'maxOccurs')?.valueInteger ?? mostPhotos
  const maxPhotos = Math.min(mostPhotos, Math.max(1, asked))
  return { asked, maxPhotos: maxPhotos > 1 ? maxPhotos : undefined }
}

class Reader {
  readonly notes: ImportNote[] = []
  readonly words: Words
  readonly #resource: FhirQuestionnaire
  readonly #used = new Set<string>()
  readonly #ids = new Map<string, string>()
  readonly #found: Found[] = []

  constructor(resource: FhirQuestionnaire) {
    this.#resource = resource
    this.words = new Words(resource.language)
  }

  note(linkId: string | null, kind: ImportNote['kind'], about = ''): void {
    this.notes.push({ linkId, kind, about: about.slice(0, 200) })
  }

  read(items: Item[]): Question[] {
    for (const item of items) this.#take(item, [])
    const known: Known = new Map(
      unfold(this.#found.map((one) => one.question)).map((one) => [one.linkId, one]),
    )
    return this.#found.map((one) => this.#withCondition(one, known))
  }

  #take(item: Item, under: Item[]): void {
    const because = this.#leftOut(item)
    if (because) {
      this.note(item.linkId, 'left-out', because)
      return
    }
    const children = item.item ?? []
    const within = item.enableWhen || extensionOf(item, 'enableWhenExpression') ? [...under, item] : under
    const matrix = this.#matrixOf(item)
    if (matrix) {
      this.#add(item, matrix, under)
      return
    }
    const help = item.type === 'display' ? undefined : children.find((one) => isDisplay(one, 'help'))
    const unit = children.find((one) => isDisplay(one, 'unit'))
    const unsupported = item.type === 'reference' || (item.type === 'attachment' && !isPicture(item))
    if (unsupported) this.note(item.linkId, 'left-out', item.type)
    // A group without text only groups its questions.
    else if (item.type !== 'group' || item.text) {
      const question = this.#questionOf(item)
      if (help) question.help = this.words.read(help.text, help._text)
      if (unit?.text) question.unit ??= unit.text.slice(0, 20)
      this.#add(item, question, under)
      if (item.type === 'open-choice') this.#addOther(item, question)
    }
    for (const child of children) if (child !== help && child !== unit) this.#take(child, within)
  }

  #leftOut(item: Item): string | null {
    // An element with an unknown modifier extension must not be used.
    if (item.modifierExtension?.length) return 'modifierExtension'
    return extensionOf(item, 'hidden')?.valueBoolean ? 'hidden' : null
  }

  #add(item: Item, question: Question, under: Item[]): void {
    const patch = parsed(extensionOf(item, 'question')?.valueString)
    const own = (typeof patch === 'object' ? patch : null) as Record<string, unknown> | null
    const { enableWhen: _later, ...now } = own ?? {}
    const whole: Record<string, unknown> = { ...question, ...now }
    const kept = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null))
    this.#found.push({ item, question: kept as Question, own: own ?? {}, under })
  }

  #linkId(wanted: string): string {
    let linkId = wanted
    for (let more = 2; this.#used.has(linkId) || linkId.length > 60; more += 1)
      linkId = `${wanted.slice(0, 50)}-${more}`
    this.#used.add(linkId)
    if (!this.#ids.has(wanted)) this.#ids.set(wanted, linkId)
    if (linkId !== wanted) this.note(wanted.slice(0, 60), 'renamed', linkId)
    return linkId
  }

  /** Choices with the same options under one heading displayed as a table. */
  #matrixOf(item: Item): Question | null {
    const rows = (item.item ?? []).filter((one) => !isDisplay(one, 'help'))
    const [first] = rows
    if (item.type !== 'group' || !item.text || !first || rows.length > 30) return null
    if (!['htable', 'table'].includes(controlOf(item) ?? '')) return null
    const alike = rows.every(
      (row) =>
        row.type === 'choice' &&
        !row.repeats &&
        !row.enableWhen &&
        !row.item &&
        !row.extension &&
        !row.modifierExtension &&
        (row.required ?? false) === (first.required ?? false) &&
        isDeepStrictEqual(row.answerOption, first.answerOption) &&
        row.answerValueSet === first.answerValueSet,
    )
    if (!alike) return null
    const help = item.item?.find((one) => isDisplay(one, 'help'))
    const linkId = this.#linkId(item.linkId)
    const options = optionsOf(first, this.#resource, this.words, (kind, about) =>
      this.note(linkId, kind, about),
    )
    return {
      linkId,
      type: 'matrix',
      text: this.words.read(item.text, item._text),
      ...(help && { help: this.words.read(help.text, help._text) }),
      ...this.#codesOf(item),
      ...(first.required !== undefined && { required: first.required }),
      ...(options && { options }),
      rows: rows.map((row) => ({
        linkId: this.#linkId(row.linkId),
        text: this.words.read(row.text, row._text),
        ...this.#codesOf(row),
      })),
    }
  }

  #codesOf({ code }: Item): Pick<Question, 'codes'> {
    const codes = (code ?? []).flatMap((one: Coding) =>
      one.code
        ? [
            {
              ...(one.system && { system: one.system }),
              code: one.code,
              ...(one.display && { display: one.display }),
            },
          ]
        : [],
    )
    return codes.length > 0 ? { codes } : {}
  }

  #questionOf(item: Item): Question {
    const linkId = this.#linkId(item.linkId)
    const note = (kind: ImportNote['kind'], about?: string) => this.note(linkId, kind, about)
    const type = typeOf(item)
    const options =
      type === 'choice' || type === 'multiple' ? optionsOf(item, this.#resource, this.words, note) : undefined
    const changed = changedTypes[item.type] ?? (type === 'text' && item.type === 'open-choice')
    const anyFile = item.type === 'attachment' && mimeTypesOf(item).length === 0
    if (changed || anyFile) note('type-changed', `${item.type} → ${type}`)
    const pictures = type === 'photo' ? picturesOf(item) : undefined
    if (pictures && pictures.asked > mostPhotos) note('element', `maxOccurs ${pictures.asked}`)
    if (item.repeats && type !== 'multiple' && type !== 'photo') note('repeats')
    if (item.initial?.length) note('element', 'initial')
    if (item.maxLength !== undefined) note('element', 'maxLength')
    if (item.readOnly) note('element', 'readOnly')
    if (item.prefix) note('element', 'prefix')
    this.#checkExtensions(item, linkId)
    const number = (name: 'minValue' | 'maxValue') => {
      const bound = extensionOf(item, name)
      return bound?.valueInteger ?? bound?.valueDecimal
    }
    const [min, max] = [number('minValue'), number('maxValue')]
    const unit = extensionOf(item, 'unit')?.valueCoding
    const unitText = [unit?.display, unit?.code].find((one) => one !== undefined && one.length <= 20)
    return {
      linkId,
      type,
      text: this.words.read(item.text, item._text),
      ...this.#codesOf(item),
      ...(item.required !== undefined && item.type !== 'group' && { required: item.required }),
      ...(unitText && { unit: unitText }),
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(options && { options }),
      ...(pictures?.maxPhotos && { maxPhotos: pictures.maxPhotos }),
    }
  }

  #checkExtensions(item: Item, linkId: string): void {
    for (const { url: name, ...value } of item.extension ?? []) {
      const bound = name === url.minValue || name === url.maxValue
      const number = value.valueInteger ?? value.valueDecimal
      if (item.type === 'attachment' && ofPictures.has(name)) continue
      if (name === url.enableWhenExpression || (taken.has(name) && (!bound || number !== undefined))) continue
      this.note(linkId, 'extension', name)
    }
    const control = controlOf(item)
    if (control && !looks.has(control) && !['slider', 'help', 'unit', 'htable', 'table'].includes(control))
      this.note(linkId, 'extension', `itemControl ${control}`)
  }

  /** An open choice becomes an extra option and a text question. */
  #addOther(item: Item, question: Question): void {
    if (!question.options) return
    const values = new Set(question.options.map((one) => one.value))
    const value = values.has('other') ? 'other-text' : 'other'
    question.options.push({ value, text: { 'zh-CN': '其他', 'zh-TW': '其他', en: 'Other' } })
    this.note(question.linkId, 'open-choice')
    const fact = `answers.${question.linkId}`
    const when: Condition = { fact, op: question.type === 'multiple' ? 'contains' : '=', value }
    this.#found.push({
      item: { linkId: `${item.linkId}-other`, type: 'string' },
      question: {
        linkId: this.#linkId(`${item.linkId}-other`),
        type: 'string',
        text: { 'zh-CN': '其他，请说明', 'zh-TW': '其他，請說明', en: 'Other, please say what' },
        enableWhen: when,
      },
      own: {},
      under: [],
    })
  }

  #withCondition({ item, question, own, under }: Found, known: Known): Question {
    const conditions = [...under, item].flatMap((one) => this.#conditionOf(one, question.linkId, known) ?? [])
    const [only] = conditions
    const standard = conditions.length > 1 ? { all: conditions } : (only ?? question.enableWhen)
    const { enableWhen: _before, ...rest } = question
    const exact = this.#exact(own, item, known)
    if (own['enableWhen'] !== undefined && !exact) this.note(question.linkId, 'edited-elsewhere')
    const enableWhen = exact ?? standard
    return enableWhen ? { ...rest, enableWhen } : rest
  }

  /** Our own extension for a condition, as long as it agrees with the standard part. */
  #exact(own: Record<string, unknown>, item: Item, known: Known): Condition | undefined {
    const read = condition.safeParse(own['enableWhen'])
    if (!read.success) return undefined
    const { elements, extension } = whenOf(read.data, known)
    const beside = extensionOf(item, 'enableWhenExpression')
    const same =
      isDeepStrictEqual(elements.enableWhen, item.enableWhen) &&
      isDeepStrictEqual(elements.enableBehavior, item.enableBehavior) &&
      isDeepStrictEqual(extension[0]?.valueExpression, beside?.valueExpression)
    return same ? read.data : undefined
  }

  #conditionOf(item: Item, linkId: string, known: Known): Condition | undefined {
    const own = extensionOf(item, 'question') !== undefined
    if (extensionOf(item, 'enableWhenExpression') && !own) this.note(linkId, 'condition', 'expression')
    const enableWhen = item.enableWhen?.map((one) => ({
      ...one,
      question: this.#ids.get(one.question) ?? one.question,
    }))
    const read = conditionFrom({ enableWhen, enableBehavior: item.enableBehavior }, known)
    if (!own) for (const about of read.wrong) this.note(linkId, 'condition', about)
    return read.condition
  }
}

const changedTypes: Partial<Record<Item['type'], Question['type']>> = {
  dateTime: 'string',
  time: 'string',
  url: 'string',
  quantity: 'decimal',
}

function typeOf(item: Item): Question['type'] {
  if (item.type === 'attachment') return 'photo'
  const changed = changedTypes[item.type]
  if (changed) return changed
  if (item.type === 'choice' || item.type === 'open-choice') {
    const closed = item.type === 'choice' || item.answerOption?.length || item.answerValueSet
    return closed ? (item.repeats ? 'multiple' : 'choice') : 'text'
  }
  if (item.type === 'integer' && controlOf(item) === 'slider') return 'scale'
  return item.type as Question['type']
}
