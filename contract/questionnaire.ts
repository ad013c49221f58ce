import { z } from 'zod'
import { type EventQuestion, eventQuestion } from './event-fact.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** One answer by FHIR QuestionnaireResponse value types; choices carry option values. */
export const answerValue = z.union([
  z.string().max(4000),
  z.number(),
  z.boolean(),
  z.array(z.string().max(200)).max(50),
  z.null(),
])

/** Answers by `linkId`. */
export const answers = z.record(z.string().max(60), answerValue)
export type Answers = z.infer<typeof answers>

/** A plain comparison over answers, person and encounter facts, or over a person's events and household; `all` and `any` nest. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | {
      fact: string
      op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'contains' | 'exists'
      value?: unknown
      withinDays?: number | undefined
      unit?: string | undefined
    }
  | { sample: { rate: number | { var: string }; seed: string } }
  | { events: EventQuestion }
  /** Somebody else of the household meets it. */
  | { household: Condition }

// Named for the API reference, as it is recursive.
export const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(condition).min(1) }),
      z.strictObject({ any: z.array(condition).min(1) }),
      z.strictObject({ not: condition }),
      z.strictObject({
        fact: z.string().min(1).max(200),
        op: z.enum(['=', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'exists']),
        value: z.unknown().optional(),
        /** Older answers and results count as missing. */
        withinDays: z.number().int().min(1).max(3650).optional(),
        /** A result in another unit counts as missing. */
        unit: z.string().max(40).optional(),
      }),
      z.strictObject({
        sample: z.strictObject({
          rate: z.union([z.number().min(0).max(1), z.strictObject({ var: z.string() })]),
          seed: z.string().max(60),
        }),
      }),
      z.strictObject({ events: eventQuestion }),
      z.strictObject({ household: condition }),
    ]),
  )
  .meta({ id: 'Condition' })

/** A text in several languages; zh-CN is required. */
export const localized = z.object({
  'zh-CN': z.string(),
  'zh-TW': z.string().optional(),
  en: z.string().optional(),
})
export type Localized = z.infer<typeof localized>

/** Points of a number: the first line with a matching bound; a line without a bound takes the rest. */
const numberScore = z.strictObject({
  /** Up to and including this value. */
  upTo: z.number().optional(),
  /** Less than this value. */
  below: z.number().optional(),
  score: z.number(),
})

/** Bands of the total score, ascending; the last one has no bound. */
export const band = z.object({
  code: z.string().min(1).max(40),
  /** Up to and including this total. */
  upTo: z.number().optional(),
  /** Also reached when a single question gives this many points, as in NEWS2. */
  singleItem: z.number().optional(),
  text: localized,
  tone: z.enum(['good', 'watch', 'bad']),
  /** Action recommended by the instrument's source. */
  advice: localized.optional(),
  /** Red flag: the attending doctor gets an urgent task when the answers are complete. */
  redFlagWithinMinutes: z.number().int().min(5).max(1440).optional(),
})
export type Band = z.infer<typeof band>

/** Code of a question in another system, such as LOINC; kept for FHIR exchange. */
const codes = z
  .array(
    z.object({
      system: z.string().max(200).optional(),
      code: z.string().min(1).max(100),
      display: z.string().max(400).optional(),
    }),
  )
  .max(10)

/** Maximum number of pictures per question. */
export const mostPhotos = 5

export const question = z.object({
  linkId: z.string().min(1).max(60),
  type: z.enum([
    'group',
    'choice',
    'multiple',
    'boolean',
    'integer',
    'decimal',
    'scale',
    'date',
    'string',
    'text',
    'display',
    /** Several rows that share their options; each row is answered under its own `linkId`. */
    'matrix',
    /** Pictures, such as of a wound; the answer is the list of their keys. */
    'photo',
  ]),
  text: localized,
  help: localized.optional(),
  codes: codes.optional(),
  required: z.boolean().optional(),
  /** For staff only, such as the advice given; hidden from a person who answers by a link. */
  staffOnly: z.boolean().optional(),
  unit: z.string().max(20).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z
    .array(
      z.object({
        value: z.string().max(60),
        text: localized,
        score: z.number().optional(),
        /** Code system of the value, for options imported from FHIR. */
        system: z.string().max(200).optional(),
      }),
    )
    .max(50)
    .optional(),
  /** For photos; default 1. */
  maxPhotos: z.number().int().min(1).max(mostPhotos).optional(),
  /** For a matrix. */
  rows: z
    .array(z.object({ linkId: z.string().min(1).max(60), text: localized, codes: codes.optional() }))
    .max(30)
    .optional(),
  /** Points of number answers; without them only `scale` counts, with its value. */
  scores: z.array(numberScore).max(20).optional(),
  /** Condition for showing it; facts are `answers.<linkId>`. */
  enableWhen: condition.optional(),
  /** Red flag: if this holds, the attending doctor gets an urgent task at once. */
  redFlag: z
    .object({
      when: condition,
      text: localized,
      withinMinutes: z.number().int().min(5).max(1440).default(120),
      /** Advice shown to a person who answers alone; default: the general text of the page. */
      advice: localized.optional(),
    })
    .optional(),
})
export type Question = z.infer<typeof question>

/** A question with its answer and the chosen options. */
export const answerLine = z.object({ question, value: answerValue })
export type AnswerLine = z.infer<typeof answerLine>

export const questionnaireBody = z.object({
  /** Opening words, with placeholders such as {{name}}. */
  script: localized.optional(),
  items: z.array(question).min(1).max(200),
  scoring: z.enum(['none', 'sum']).default('none'),
  bands: z.array(band).max(12).optional(),
  /** Whether a person who answers by a link sees the total and its meaning. */
  scoreShownToPerson: z.boolean().optional(),
  /** Introduction and closing text for a person who answers by a link. */
  intro: localized.optional(),
  thanks: localized.optional(),
  /** Licence of the instrument. */
  licence: z.string().max(400).optional(),
})
export type QuestionnaireBody = z.infer<typeof questionnaireBody>

export const questionnaireDefinition = questionnaireBody.extend({
  id,
  versionId: id,
  code: z.string(),
  version: z.number().int(),
  title: localized,
  source: z.string().nullable(),
})
export type QuestionnaireDefinition = z.infer<typeof questionnaireDefinition>

export const listQuestionnaires = route({
  method: 'get',
  path: '/questionnaires',
  permission: 'questionnaire.read',
  summary: 'Questionnaires with their published version',
  response: z.object({
    items: z.array(
      z.object({
        id,
        code: z.string(),
        title: localized,
        version: z.number().int(),
        questions: z.number().int(),
        responses: z.number().int(),
        source: z.string().nullable(),
        publishedAt: timestamp,
      }),
    ),
  }),
})

export const getQuestionnaire = route({
  method: 'get',
  path: '/questionnaires/{id}',
  permission: 'questionnaire.read',
  summary: 'The published version of a questionnaire',
  params: idParams,
  response: questionnaireDefinition,
})

/** FHIR answers in its own form, also below `/api/v1`. */
const produces = 'application/fhir+json'

export const exportQuestionnaire = route({
  method: 'get',
  path: '/questionnaires/{id}/fhir',
  permission: 'questionnaire.read',
  summary: 'A version of a questionnaire as FHIR R4 Questionnaire, by default the newest',
  params: idParams,
  query: z.object({ version: z.coerce.number().int().min(1).optional() }),
  produces,
})

export const exportTaskResponse = route({
  method: 'get',
  path: '/tasks/{id}/questionnaire-response',
  permission: 'task.read',
  summary: 'What was answered in a task as FHIR R4 QuestionnaireResponse',
  params: idParams,
  produces,
})
