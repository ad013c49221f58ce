import { z } from 'zod'
import { many, page, pageQuery, route, timestamp } from './route.ts'

export const auditOutcome = z.enum(['allowed', 'refused', 'failed'])

export const listAudit = route({
  method: 'get',
  path: '/audit',
  permission: 'audit.read',
  summary: 'Who did or looked at what, newest first; refusals too',
  query: pageQuery.extend({
    actorId: z.string().max(80).optional(),
    personId: z.coerce.number().int().positive().optional(),
    action: z.string().max(60).optional(),
    outcome: many(auditOutcome),
    from: timestamp.optional(),
    to: timestamp.optional(),
  }),
  response: page(
    z.object({
      seq: z.number().int(),
      at: timestamp,
      actorId: z.string(),
      actorName: z.string(),
      action: z.string(),
      outcome: auditOutcome,
      personId: z.number().int().nullable(),
      subject: z.string().nullable(),
      fields: z.array(z.string()),
      reason: z.string().nullable(),
      address: z.string().nullable(),
      hash: z.string(),
    }),
  ),
})

export const verifyAudit = route({
  method: 'post',
  path: '/audit/verify',
  permission: 'audit.read',
  summary: 'Verify the chains: reports entries edited, inserted, deleted, reordered or cut',
  response: z.object({
    intact: z.boolean(),
    checked: z.number().int(),
    firstSeq: z.number().int().nullable(),
    lastSeq: z.number().int().nullable(),
    problems: z.array(z.object({ seq: z.number().int().nullable(), message: z.string() })),
  }),
})
