import { z } from 'zod'
import { consent, consentProofs, contactChannels, purposes } from './contact.ts'
import { countedQuery, id, many, page, route, timestamp } from './route.ts'

const days = z.coerce.number().int().min(1).max(400).default(30)

export const listRefusals = route({
  method: 'get',
  path: '/contact-refusals',
  permission: 'message.read',
  summary: 'Contacts that did not happen, newest first, each with its reason and what it belonged to',
  query: countedQuery.extend({
    /** How far back, in days. */
    days,
    reason: many(z.string().max(40)),
    channel: many(z.enum(contactChannels)),
    purpose: many(z.enum(purposes)),
    personId: id.optional(),
  }),
  response: page(
    z.object({
      id,
      personId: id,
      personName: z.string(),
      at: timestamp,
      channel: z.string(),
      purpose: z.string(),
      reason: z.string(),
      messageId: id.nullable(),
      taskId: id.nullable(),
      pathwayName: z.string().nullable(),
    }),
  ),
})

export const countRefusals = route({
  method: 'get',
  path: '/contact-refusals/counts',
  permission: 'message.read',
  summary: 'How many contacts did not happen, by reason',
  query: z.object({ days }),
  response: z.object({ items: z.array(z.object({ reason: z.string(), n: z.number().int() })) }),
})

export const searchConsents = route({
  method: 'get',
  path: '/consents',
  permission: 'person.read',
  summary: 'Consents of all persons within reach, newest first, withdrawn ones included',
  query: countedQuery.extend({
    purpose: many(z.enum(purposes)),
    channel: many(z.enum(['all', ...contactChannels])),
    proof: many(z.enum(consentProofs)),
    withdrawn: z.stringbool().optional(),
  }),
  response: page(consent.extend({ personId: id, personName: z.string() })),
})
