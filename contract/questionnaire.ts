import { z } from 'zod'
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

/** A plain comparison over answers, person and encounter facts; `all` and `any` nest. */
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

// The name lets the API reference refer to it: it contains itself.
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
        /** Answers and results older than this are as good as none. */
        withinDays: z.number().int().min(1).max(3650).optional(),
        /** A result in another unit is as good as none. */
        unit: z.string().max(40).optional(),
      }),
      z.strictObject({
        sample: z.strictObject({
          rate: z.union([z.number().min(0).max(1), z.strictObject({ var: z.string() })]),
          seed: z.string().max(60),
        }),
      }),
    ]),
  )
  .meta({ id: 'Condition' })

/** The same words in several languages; zh-CN always there. */
export const localized = z.object({
  'zh-CN': z.string(),
  'zh-TW': z.string().optional(),
  en: z.string().optional(),
})
export type Localized = z.infer<typeof localized>

/** Points of a number: the first line whose bound holds; a line without a bound takes the rest. */
const numberScore = z.strictObject({
  /** Up to and with this value. */
  upTo: z.number().optional(),
  /** Less than this value. */
  below: z.number().optional(),
  score: z.number(),
})

/** What a total means, from the lowest total on; the last one has no bound. */
export const band = z.object({
  code: z.string().min(1).max(40),
  /** Up to and with this total. */
  upTo: z.number().optional(),
  /** Reached as well when a single question alone gives so many points, as NEWS2 asks for. */
  singleItem: z.number().optional(),
  text: localized,
  tone: z.enum(['good', 'watch', 'bad']),
  /** What the instrument's source says should be done. */
  advice: localized.optional(),
  /** This result is dangerous: the attending doctor gets an urgent task when the answers are complete. */
  redFlagWithinMinutes: z.number().int().min(5).max(1440).optional(),
})
export type Band = z.infer<typeof band>

/** What a question is called elsewhere, as in LOINC; kept for exchange by FHIR. */
const codes = z
  .array(
    z.object({
      system: z.string().max(200).optional(),
      code: z.string().min(1).max(100),
      display: z.string().max(400).optional(),
    }),
  )
  .max(10)

/** Most pictures that one question may ask for. */
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
  /** For whoever asks, such as what they advised; a person who answers by a link does not see it. */
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
        /** Code system that the value belongs to, of options that came by FHIR. */
        system: z.string().max(200).optional(),
      }),
    )
    .max(50)
    .optional(),
  /** Of a photo; without it one. */
  maxPhotos: z.number().int().min(1).max(mostPhotos).optional(),
  /** Of a matrix. */
  rows: z
    .array(z.object({ linkId: z.string().min(1).max(60), text: localized, codes: codes.optional() }))
    .max(30)
    .optional(),
  /** Points of number answers; without them only `scale` counts, with its value. */
  scores: z.array(numberScore).max(20).optional(),
  /** Shown only when this holds; facts are `answers.<linkId>`. */
  enableWhen: condition.optional(),
  /** An answer for which this holds is dangerous: the attending doctor gets an urgent task at once. */
  redFlag: z
    .object({
      when: condition,
      text: localized,
      withinMinutes: z.number().int().min(5).max(1440).default(120),
      /** What a person who answers alone is told to do; without it the general words of the page. */
      advice: localized.optional(),
    })
    .optional(),
})
export type Question = z.infer<typeof question>

/** A question with what was answered to it; of the options only the chosen ones. */
export const answerLine = z.object({ question, value: answerValue })
export type AnswerLine = z.infer<typeof answerLine>

export const questionnaireBody = z.object({
  /** What to say first, with {{name}} and the like. */
  script: localized.optional(),
  items: z.array(question).min(1).max(200),
  scoring: z.enum(['none', 'sum']).default('none'),
  bands: z.array(band).max(12).optional(),
  /** The person who answered by a link sees the total and what it means. */
  scoreShownToPerson: z.boolean().optional(),
  /** What a person who answers by a link reads first, and at the end. */
  intro: localized.optional(),
  thanks: localized.optional(),
  /** Who may use the instrument, and on what terms. */
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
  summary: 'A version of a questionnaire as FHIR R4 Questionnaire, the newest unless told',
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
