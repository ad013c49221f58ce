import { z } from 'zod'

// The parts of FHIR R4 (4.0.1) Questionnaire that are read and written here; see docs/operations/fhir.md.

const standard = 'http://hl7.org/fhir/StructureDefinition'

/** Extensions by their short name. The last two are ours. */
export const url = {
  translation: `${standard}/translation`,
  ordinalValue: `${standard}/ordinalValue`,
  /** The same in R5 and SDC 4. */
  itemWeight: `${standard}/itemWeight`,
  minValue: `${standard}/minValue`,
  maxValue: `${standard}/maxValue`,
  unit: `${standard}/questionnaire-unit`,
  itemControl: `${standard}/questionnaire-itemControl`,
  hidden: `${standard}/questionnaire-hidden`,
  mimeType: `${standard}/mimeType`,
  maxSize: `${standard}/maxSize`,
  maxOccurs: `${standard}/questionnaire-maxOccurs`,
  enableWhenExpression:
    'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression',
  questionnaire: 'urn:careloop:questionnaire-definition',
  question: 'urn:careloop:question',
} as const

export const itemControls = 'http://hl7.org/fhir/questionnaire-item-control'
export const canonical = (code: string) => `urn:careloop:questionnaire:${code}`

/** Before the row id of a questionnaire version or answer of ours; other systems choose ids such as `3141`. */
export const ownPrefix = 'careloop-'

/** The row that `careloop-17` means; also the bare number, which our ids were at first. */
export function ownRow(id: string): number | null {
  const digits = id.startsWith(ownPrefix) ? id.slice(ownPrefix.length) : id
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null
}

const coding = z.looseObject({
  system: z.string().optional(),
  code: z.string().optional(),
  display: z.string().optional(),
})
export type Coding = z.infer<typeof coding>

export type Extension = {
  url: string
  extension?: Extension[] | undefined
  valueString?: string | undefined
  valueCode?: string | undefined
  valueInteger?: number | undefined
  valueDecimal?: number | undefined
  valueBoolean?: boolean | undefined
  valueCoding?: Coding | undefined
  valueCodeableConcept?: { coding?: Coding[] | undefined; text?: string | undefined } | undefined
  valueExpression?: { language?: string | undefined; expression?: string | undefined } | undefined
}
const extension: z.ZodType<Extension> = z.lazy(() =>
  z.looseObject({
    url: z.string(),
    extension: z.array(extension).optional(),
    valueString: z.string().optional(),
    valueCode: z.string().optional(),
    valueInteger: z.number().optional(),
    valueDecimal: z.number().optional(),
    valueBoolean: z.boolean().optional(),
    valueCoding: coding.optional(),
    valueCodeableConcept: z
      .looseObject({ coding: z.array(coding).optional(), text: z.string().optional() })
      .optional(),
    valueExpression: z
      .looseObject({ language: z.string().optional(), expression: z.string().optional() })
      .optional(),
  }),
)
const extensions = z.array(extension).optional()
/** Extensions of a primitive value: `_text` beside `text`. */
const beside = z.looseObject({ extension: extensions }).optional()

const enableWhen = z.looseObject({
  question: z.string(),
  operator: z.enum(['exists', '=', '!=', '>', '<', '>=', '<=']),
  answerBoolean: z.boolean().optional(),
  answerDecimal: z.number().optional(),
  answerInteger: z.number().optional(),
  answerDate: z.string().optional(),
  answerDateTime: z.string().optional(),
  answerTime: z.string().optional(),
  answerString: z.string().optional(),
  answerCoding: coding.optional(),
  answerQuantity: z.looseObject({ value: z.number().optional() }).optional(),
})
export type EnableWhen = z.infer<typeof enableWhen>

const answerOption = z.looseObject({
  extension: extensions,
  valueCoding: coding.extend({ extension: extensions, _display: beside }).optional(),
  valueString: z.string().optional(),
  _valueString: beside,
  valueInteger: z.number().optional(),
  valueDate: z.string().optional(),
  valueTime: z.string().optional(),
})
export type AnswerOption = z.infer<typeof answerOption>

export const itemTypes = [
  'group',
  'display',
  'boolean',
  'decimal',
  'integer',
  'date',
  'dateTime',
  'time',
  'string',
  'text',
  'url',
  'choice',
  'open-choice',
  'attachment',
  'reference',
  'quantity',
] as const

export type Item = {
  linkId: string
  type: (typeof itemTypes)[number]
  extension?: Extension[] | undefined
  modifierExtension?: unknown[] | undefined
  code?: Coding[] | undefined
  prefix?: string | undefined
  text?: string | undefined
  _text?: { extension?: Extension[] | undefined } | undefined
  enableWhen?: EnableWhen[] | undefined
  enableBehavior?: 'all' | 'any' | undefined
  required?: boolean | undefined
  repeats?: boolean | undefined
  readOnly?: boolean | undefined
  maxLength?: number | undefined
  answerValueSet?: string | undefined
  answerOption?: AnswerOption[] | undefined
  initial?: unknown[] | undefined
  item?: Item[] | undefined
}
const item: z.ZodType<Item> = z.lazy(() =>
  z.looseObject({
    linkId: z.string().min(1),
    type: z.enum(itemTypes),
    extension: extensions,
    modifierExtension: z.array(z.unknown()).optional(),
    code: z.array(coding).optional(),
    prefix: z.string().optional(),
    text: z.string().optional(),
    _text: beside,
    enableWhen: z.array(enableWhen).optional(),
    enableBehavior: z.enum(['all', 'any']).optional(),
    required: z.boolean().optional(),
    repeats: z.boolean().optional(),
    readOnly: z.boolean().optional(),
    maxLength: z.number().optional(),
    answerValueSet: z.string().optional(),
    answerOption: z.array(answerOption).optional(),
    initial: z.array(z.unknown()).optional(),
    item: z.array(item).optional(),
  }),
)

const concept = z.looseObject({
  code: z.string(),
  display: z.string().optional(),
  extension: extensions,
  designation: z.array(z.looseObject({ language: z.string().optional(), value: z.string() })).optional(),
})
/** A contained value set; its codes are in `compose` or `expansion`. */
export const valueSet = z.looseObject({
  resourceType: z.literal('ValueSet'),
  id: z.string().optional(),
  compose: z
    .looseObject({
      include: z.array(
        z.looseObject({ system: z.string().optional(), concept: z.array(concept).optional() }),
      ),
    })
    .optional(),
  expansion: z
    .looseObject({
      contains: z.array(concept.extend({ system: z.string().optional() })).optional(),
    })
    .optional(),
})

export const fhirQuestionnaire = z.looseObject({
  resourceType: z.literal('Questionnaire'),
  language: z.string().optional(),
  contained: z.array(z.looseObject({ resourceType: z.string() })).optional(),
  extension: extensions,
  modifierExtension: z.array(z.unknown()).optional(),
  url: z.string().optional(),
  identifier: z
    .array(z.looseObject({ system: z.string().optional(), value: z.string().optional() }))
    .optional(),
  version: z.string().optional(),
  name: z.string().optional(),
  title: z.string().optional(),
  _title: beside,
  publisher: z.string().optional(),
  copyright: z.string().optional(),
  item: z.array(item).optional(),
})
export type FhirQuestionnaire = z.infer<typeof fhirQuestionnaire>

export function extensionOf(
  of: { extension?: Extension[] | undefined } | undefined,
  name: keyof typeof url,
): Extension | undefined {
  return of?.extension?.find((one) => one.url === url[name])
}
