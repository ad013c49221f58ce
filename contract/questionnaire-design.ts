import { z } from 'zod'
import { localized, question, questionnaireBody } from './questionnaire.ts'
import { designBody, id, idParams, route, timestamp } from './route.ts'

/** An unfinished questionnaire: texts and questions may be missing. */
export const draftBody = questionnaireBody.extend({ items: z.array(question).max(200) })
export type DraftBody = z.infer<typeof draftBody>

const content = {
  title: localized,
  source: z.string().max(500).nullable(),
  body: draftBody,
}

const draft = z.object({
  id,
  code: z.string(),
  /** The version it is based on; null if never published. */
  version: z.number().int().nullable(),
  ...content,
  /** 0: nothing is saved yet, this is the published version. */
  revision: z.number().int(),
  savedAt: timestamp.nullable(),
  savedByName: z.string().nullable(),
})
export type Draft = z.infer<typeof draft>

export const listDrafts = route({
  method: 'get',
  path: '/questionnaire-drafts',
  permission: 'questionnaire.write',
  summary: 'Questionnaires that somebody is changing or writing',
  response: z.object({
    items: z.array(
      z.object({
        id,
        code: z.string(),
        title: localized,
        version: z.number().int().nullable(),
        savedAt: timestamp,
        savedByName: z.string(),
      }),
    ),
  }),
})

/** A part of a FHIR Questionnaire that cannot be imported; `linkId` is null if it concerns no single question. */
const importNote = z.object({
  linkId: z.string().nullable(),
  kind: z.enum([
    /** The question itself; `about` says why. */
    'left-out',
    'type-changed',
    'repeats',
    'open-choice',
    'option',
    'value-set',
    /** It becomes unconditional. */
    'condition',
    'element',
    'extension',
    'renamed',
    /** Our extension no longer agrees with the changed standard part. */
    'edited-elsewhere',
    'scored',
    'language',
    'no-chinese',
  ]),
  /** Its subject: a linkId, a URL, a type. */
  about: z.string(),
})
export type ImportNote = z.infer<typeof importNote>

export const readFhirQuestionnaire = route({
  method: 'post',
  path: '/questionnaire-drafts/read-fhir',
  permission: 'questionnaire.write',
  summary: 'What a FHIR R4 Questionnaire would become, and what could not be imported; nothing is written',
  largestBody: designBody,
  body: z.object({ resource: z.unknown() }),
  response: z.object({
    /** Of questionnaires that come from a CareLoop; null otherwise. */
    code: z.string().nullable(),
    title: localized,
    source: z.string().nullable(),
    body: draftBody,
    notes: z.array(importNote),
  }),
})

export const createDraft = route({
  method: 'post',
  path: '/questionnaire-drafts',
  permission: 'questionnaire.write',
  summary: 'A new questionnaire, blank, as a copy or from FHIR; nobody can use it before it is published',
  largestBody: designBody,
  body: z.object({
    code: z
      .string()
      .trim()
      .regex(/^[a-z][a-z0-9-]{1,59}$/, 'lower-case letters, digits and hyphens, beginning with a letter'),
    title: z.string().trim().min(1).max(200),
    copyOf: id.optional(),
    /** A FHIR R4 Questionnaire to start from. */
    fhir: z.unknown().optional(),
  }),
  response: z.object({ id }),
  status: 201,
})

export const getDraft = route({
  method: 'get',
  path: '/questionnaires/{id}/draft',
  permission: 'questionnaire.write',
  summary: 'The draft of a questionnaire, or its published version to begin with',
  params: idParams,
  response: draft,
})

export const saveDraft = route({
  method: 'put',
  path: '/questionnaires/{id}/draft',
  permission: 'questionnaire.write',
  summary: 'Keep the draft; 409 when somebody else saved meanwhile',
  params: idParams,
  largestBody: designBody,
  body: z.object({ revision: z.number().int().min(0), ...content }),
  response: z.object({ revision: z.number().int(), savedAt: timestamp }),
})

export const dropDraft = route({
  method: 'delete',
  path: '/questionnaires/{id}/draft',
  permission: 'questionnaire.write',
  summary: 'Discard the draft; deletes a questionnaire that was never published',
  params: idParams,
  status: 204,
})

export const publishDraft = route({
  method: 'post',
  path: '/questionnaires/{id}/publish',
  permission: 'questionnaire.write',
  summary: 'The draft becomes the next version; work in progress keeps its version',
  params: idParams,
  body: z.object({ revision: z.number().int().min(1) }),
  response: z.object({ version: z.number().int() }),
})

export const listVersions = route({
  method: 'get',
  path: '/questionnaires/{id}/versions',
  permission: 'questionnaire.read',
  summary: 'Versions of a questionnaire, newest first, with how often each was answered',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        id,
        version: z.number().int(),
        publishedAt: timestamp,
        publishedByName: z.string().nullable(),
        questions: z.number().int(),
        responses: z.number().int(),
      }),
    ),
  }),
})
