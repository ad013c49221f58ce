import { z } from 'zod'
import { answers } from './questionnaire.ts'
import { id, idParams, route, timestamp } from './route.ts'
import { contactChannel, evidenceBody, outcome, taskDetail } from './task.ts'

/** `updatedAt` of the answers that the screen started from: protects answers that the person submitted meanwhile. */
const basedOn = timestamp.nullable().optional()

export const saveAnswers = route({
  method: 'put',
  path: '/tasks/{id}/answers',
  permission: 'task.work',
  summary: 'Autosave answers of the held task; red flags are raised at once',
  params: idParams,
  body: z.object({ answers, basedOn }),
  response: z.object({
    savedAt: timestamp,
    score: z.number().nullable(),
    redFlags: z.array(z.object({ linkId: z.string(), text: z.string() })),
  }),
})

export const recordAttempt = route({
  method: 'post',
  path: '/tasks/{id}/attempts',
  permission: 'task.work',
  summary: 'Record how the contact ended; closes the task or plans the next attempt',
  params: idParams,
  body: z.object({
    outcome,
    channel: contactChannel.default('phone'),
    answers: answers.optional(),
    basedOn,
    note: z.string().trim().max(2000).optional(),
    callBackAt: timestamp.optional(),
    /** When the contact took place, for results registered afterwards; left out: now. */
    occurredAt: timestamp.optional(),
    durationSeconds: z.number().int().min(0).max(86400).optional(),
    /** Telecom that was dialled; with `wrong-number` it is marked wrong. */
    telecomId: id.optional(),
    /** The relative who was called instead of the person; with `wrong-number` that number is marked wrong. */
    relationshipId: id.optional(),
    /** Evidence of this contact. */
    evidence: evidenceBody.optional(),
    /** With `refused`: the person wants no further follow-up contact. */
    optOut: z.boolean().default(false),
    /** The same key sent twice records one attempt. */
    idempotencyKey: z.string().max(80).optional(),
  }),
  response: taskDetail,
})

const consequences = z.object({
  /** Names of the pathways that end. */
  pathways: z.array(z.string()),
  /** How many other open tasks are cancelled, and unsent messages withheld. */
  tasks: z.number().int(),
  messages: z.number().int(),
})
export type Consequences = z.infer<typeof consequences>

export const foreseeOutcome = route({
  method: 'get',
  path: '/tasks/{id}/consequences',
  permission: 'task.work',
  summary: 'What recording this outcome of the held task would stop; nothing is recorded',
  params: idParams,
  query: z.object({
    outcome: outcome.extract(['refused', 'deceased']),
    optOut: z.stringbool().default(false),
  }),
  response: consequences,
})

export const completeTask = route({
  method: 'post',
  path: '/tasks/{id}/complete',
  permission: 'task.work',
  summary: 'Close a held task that asks for no contact with a person: it is done, or cannot be done',
  params: idParams,
  body: z.object({
    outcome: outcome.extract(['done', 'other']),
    note: z.string().trim().max(2000).optional(),
  }),
  response: taskDetail,
})

const letter = z.object({
  number: z.string(),
  name: z.string(),
  address: z.string(),
  postalCode: z.string().nullable(),
  hospital: z.string(),
  phone: z.string(),
  /** With {{name}}, {{hospital}} and {{phone}} to be filled in. */
  text: z.string(),
  date: timestamp,
})
export type Letter = z.infer<typeof letter>

export const makeLetter = route({
  method: 'post',
  path: '/tasks/{id}/letter',
  permission: 'person.reveal',
  summary:
    'The letter to a person who cannot be reached, with the whole address and nothing about illness; logged',
  params: idParams,
  response: letter,
})

export const reopenTask = route({
  method: 'post',
  path: '/tasks/{id}/reopen',
  permission: 'task.work',
  summary: 'Undo my last result while nothing has followed from it (15 minutes)',
  params: idParams,
  response: taskDetail,
})

export const addEvidence = route({
  method: 'post',
  path: '/tasks/{id}/evidence',
  permission: 'task.work',
  summary: 'Add evidence for a finished result',
  params: idParams,
  body: evidenceBody,
  response: taskDetail,
})

export const withdrawEvidence = route({
  method: 'post',
  path: '/tasks/{id}/evidence/{evidenceId}/withdraw',
  permission: 'task.work',
  summary: 'Take evidence back, with a reason; it stays visible as withdrawn',
  params: z.object({ id, evidenceId: id }),
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  response: taskDetail,
})
