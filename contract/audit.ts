import { z } from 'zod'
import { id, many, page, pageQuery, route, timestamp } from './route.ts'

export const auditOutcome = z.enum(['allowed', 'refused', 'failed'])

/** What an act is about, with the beginnings of the names of such acts. */
export const auditObjects = {
  patient: ['person', 'match', 'consent', 'contact', 'dispute', 'photo', 'portal', 'portal-proxy', 'report'],
  task: ['task', 'absence', 'goal', 'team'],
  visit: ['visit'],
  supervision: ['spot-check', 'head-check', 'instruction'],
  appointment: [
    'appointment',
    'schedule',
    'clinic-session',
    'waitlist',
    'offer',
    'booking',
    'booking-restriction',
  ],
  call: ['call', 'telephony'],
  pathway: ['pathway', 'enrollment', 'segment', 'campaign'],
  questionnaire: ['questionnaire', 'questionnaire-link', 'questionnaire-response', 'guidance'],
  group: ['group'],
  figure: ['figure', 'list', 'saved-view'],
  message: ['message', 'template', 'preference', 'outbound', 'intake', 'fhir', 'assistant'],
  import: ['import'],
  setting: ['setting', 'calendar', 'site', 'department', 'staff'],
  account: ['user', 'sign-in', 'sign-out', 'session', 'password', 'second-factor', 'api-key', 'launch'],
  audit: ['audit'],
} as const
export type AuditObject = keyof typeof auditObjects

export const listAudit = route({
  method: 'get',
  path: '/audit',
  permission: 'audit.read',
  summary: 'Who did or looked at what, newest first; refusals too',
  personal: ['recordNumber'],
  query: pageQuery.extend({
    actorId: z.string().max(80).optional(),
    personId: z.coerce.number().int().positive().optional(),
    action: z.string().max(60).optional(),
    object: z.enum(Object.keys(auditObjects) as [AuditObject, ...AuditObject[]]).optional(),
    /** Acts of the staff of a site. */
    siteId: id.optional(),
    /** The person of this record number, whole. */
    recordNumber: z.string().trim().max(60).optional(),
    outcome: many(auditOutcome),
    from: timestamp.optional(),
    to: timestamp.optional(),
  }),
  example: { query: { object: 'patient', outcome: 'refused', from: '2026-03-01T00:00:00+08:00' } },
  response: page(
    z.object({
      seq: z.number().int(),
      at: timestamp,
      actorId: z.string(),
      actorName: z.string(),
      action: z.string(),
      outcome: auditOutcome,
      personId: z.number().int().nullable(),
      /** Surname only. */
      personName: z.string().nullable(),
      subject: z.string().nullable(),
      /** What the subject names: its kind, its name where it has one, how many of them. */
      object: z
        .object({ kind: z.string(), name: z.string().nullable(), count: z.number().int().nullable() })
        .nullable(),
      fields: z.array(z.string()),
      reason: z.string().nullable(),
      address: z.string().nullable(),
      hash: z.string(),
    }),
  ),
})

export const listAuditActors = route({
  method: 'get',
  path: '/audit/actors',
  permission: 'audit.read',
  summary: 'Whom the log can be narrowed to: users and keys, also those closed',
  response: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }),
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
