import { z } from 'zod'
import { answers, localized } from './questionnaire.ts'
import { id, idParams, route, timestamp } from './route.ts'

const about = {
  questionnaireId: id,
  /** The visit that it asks about. */
  encounterId: id.optional(),
  /** The place, if not that of the person's last visit. */
  siteId: id.optional(),
}

export const createPersonResponse = route({
  method: 'post',
  path: '/persons/{id}/responses',
  permission: 'task.work',
  summary:
    'Write down what a person answered to a questionnaire that no task asks for; dangerous answers raise a task. Each call is a response of its own',
  params: idParams,
  body: z.object({
    ...about,
    answers,
    /** When the person answered; left out: now. */
    answeredAt: timestamp.optional(),
  }),
  response: z.object({
    id,
    score: z.number().nullable(),
    meaning: localized.nullable(),
    redFlags: z.array(z.object({ linkId: z.string(), text: z.string() })),
  }),
  status: 201,
})

export const createPersonLink = route({
  method: 'post',
  path: '/persons/{id}/questionnaire-links',
  permission: 'task.work',
  summary:
    'Let a person answer a questionnaire that no task asks for: a one-time link, shown once. An earlier one to the same questionnaire dies',
  params: idParams,
  body: z.object(about),
  response: z.object({ id, url: z.string(), expiresAt: timestamp }),
  status: 201,
})
