import { z } from 'zod'
import { answerValue, question } from './questionnaire.ts'
import { id, idParams, page, pageQuery, route, timestamp } from './route.ts'

/** Why the model's answer is of no use. */
export const assistantProblems = [
  'unreachable',
  'slow',
  'refused',
  'no-json',
  'wrong-form',
  'no-source',
  'invented',
  'too-long',
  'nothing',
] as const
export const assistantProblem = z.enum(assistantProblems)
export type AssistantProblem = z.infer<typeof assistantProblem>

const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has to be a single line')

const body = z.object({
  siteId: id,
  /** Of the site's own endpoint, on its premises; `/chat/completions` is below it. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((text) => !/[@#?]/.test(text), 'has no account in it'),
  model: line(200),
  /** Never returned; left out: stays as it is. */
  secret: z
    .string()
    .max(500)
    .regex(/^\P{Cc}*$/u, 'has to be a single line')
    .optional(),
  timeoutSeconds: z.number().int().min(5).max(120).default(30),
  active: z.boolean().default(false),
})

const account = z.object({
  id,
  siteId: id,
  siteName: z.string(),
  url: z.string(),
  model: z.string(),
  secretSet: z.boolean(),
  timeoutSeconds: z.number().int(),
  active: z.boolean(),
  checkedAt: timestamp.nullable(),
  /** Why the last check failed. */
  checkProblem: assistantProblem.nullable(),
  mayChange: z.boolean(),
  version: z.number().int(),
})
export type AssistantAccount = z.infer<typeof account>

export const listAssistantAccounts = route({
  method: 'get',
  path: '/assistant/accounts',
  permission: 'channel.read',
  summary: 'The language models that sites connected; keys are never shown',
  response: z.object({ items: z.array(account) }),
})

export const createAssistantAccount = route({
  method: 'post',
  path: '/assistant/accounts',
  permission: 'channel.write',
  summary: 'Connect a language model of a site; it is off until somebody switches it on',
  body,
  response: z.object({ id }),
  status: 201,
})

export const updateAssistantAccount = route({
  method: 'put',
  path: '/assistant/accounts/{id}',
  permission: 'channel.write',
  summary: 'Change a language model; a key that is left out stays, unless it would go elsewhere',
  params: idParams,
  body: body.extend({ version: z.number().int() }),
  status: 204,
})

export const checkAssistantAccount = route({
  method: 'post',
  path: '/assistant/accounts/{id}/check',
  permission: 'channel.write',
  summary: 'Ask the model for one word, to see that it answers; nothing of a patient is sent',
  params: idParams,
  response: z.object({ problem: assistantProblem.nullable(), milliseconds: z.number().int() }),
})

export const getAssistant = route({
  method: 'get',
  path: '/conversations/{id}/assistant',
  permission: 'assistant.use',
  summary:
    'Whether there is an assistant for this conversation, and which open tasks of the person ask questions',
  params: idParams,
  response: z.object({
    available: z.boolean(),
    tasks: z.array(z.object({ id, title: z.string() })),
  }),
})

/** Where it stands: a sentence of the conversation, word for word. */
const source = z.object({ messageId: id, quote: z.string() })

/** Why a part of the answer was left out. */
const dropReason = z.enum(['quote', 'value', 'question', 'invented'])

const draft = z.object({
  id,
  /** Null: nothing usable came, and `problem` says why. */
  text: z.string().nullable(),
  sources: z.array(source),
  dropped: z.array(z.object({ why: dropReason })),
  problem: assistantProblem.nullable(),
})
export type AssistantDraft = z.infer<typeof draft>

export const draftText = route({
  method: 'post',
  path: '/conversations/{id}/assistant/drafts',
  permission: 'assistant.use',
  summary:
    'Have the assistant draft a reply or a note; it is only shown, and names the sentences that it comes from',
  params: idParams,
  body: z.object({ kind: z.enum(['reply', 'note']) }),
  response: draft,
})

export const proposeAnswers = route({
  method: 'post',
  path: '/conversations/{id}/assistant/answers',
  permission: 'assistant.use',
  summary: 'Have the assistant look for answers to an open task in what the person wrote; nothing is saved',
  params: idParams,
  body: z.object({ taskId: id }),
  response: z.object({
    id,
    items: z.array(
      z.object({
        question: question.pick({ linkId: true, type: true, text: true, options: true, unit: true }),
        value: answerValue,
        source,
        /** This answer raises an alarm. */
        redFlag: z.boolean(),
      }),
    ),
    dropped: z.array(z.object({ linkId: z.string().nullable(), why: dropReason })),
    problem: assistantProblem.nullable(),
  }),
})

export const decideDraft = route({
  method: 'post',
  path: '/assistant/requests/{id}/outcome',
  permission: 'assistant.use',
  summary: 'Say what became of a draft that was not sent: thrown away, or answers that were taken over',
  params: idParams,
  body: z.object({ outcome: z.enum(['accepted', 'edited', 'rejected']) }),
  status: 204,
})

export const listAssistantRequests = route({
  method: 'get',
  path: '/assistant/requests',
  permission: 'audit.read',
  summary: 'What left the house for a language model, as it was sent, what came back and what became of it',
  query: pageQuery.extend({ siteId: id.optional() }),
  response: page(
    z.object({
      id,
      at: timestamp,
      siteName: z.string(),
      userName: z.string(),
      conversationId: id,
      kind: z.enum(['reply', 'note', 'answers']),
      model: z.string(),
      sent: z.string(),
      answer: z.string().nullable(),
      problem: assistantProblem.nullable(),
      dropped: z.number().int(),
      promptTokens: z.number().int().nullable(),
      answerTokens: z.number().int().nullable(),
      milliseconds: z.number().int().nullable(),
      outcome: z.enum(['accepted', 'edited', 'rejected']).nullable(),
    }),
  ),
})
