import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'

const guidance = z.object({
  id,
  title: z.string(),
  body: z.string(),
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  /** Prefixes of ICD-10 codes it applies to; empty: all diagnoses. */
  conditionCodes: z.array(z.string()),
  active: z.boolean(),
  version: z.number().int(),
  changedAt: timestamp,
  changedByName: z.string(),
  /** How often it was sent or read aloud. */
  given: z.number().int(),
  mayWrite: z.boolean(),
})
export type Guidance = z.infer<typeof guidance>

const guidanceBody = z.object({
  title: z.string().trim().min(1).max(100),
  body: z.string().trim().min(1).max(4000),
  siteId: id.nullable(),
  departmentId: id.nullable(),
  conditionCodes: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[A-Z](\d[0-9A-Z]?(\.[0-9A-Za-z]{0,4})?)?$/),
    )
    .max(40),
  active: z.boolean().default(true),
})

export const listGuidance = route({
  method: 'get',
  path: '/guidance',
  permission: 'guidance.read',
  summary: 'Texts for patients: those that hold everywhere, and those of the places within reach',
  response: z.object({ items: z.array(guidance) }),
})

export const createGuidance = route({
  method: 'post',
  path: '/guidance',
  permission: 'guidance.write',
  summary: 'Write a new text for a site, a department, or everywhere',
  body: guidanceBody,
  response: guidance,
  status: 201,
})

export const updateGuidance = route({
  method: 'put',
  path: '/guidance/{id}',
  permission: 'guidance.write',
  summary: 'Change a text; the former version is kept with author and time',
  params: idParams,
  body: guidanceBody.extend({ version: z.number().int() }),
  response: guidance,
})

export const listGuidanceVersions = route({
  method: 'get',
  path: '/guidance/{id}/versions',
  permission: 'guidance.read',
  summary: 'Versions of a text with author and time, newest first',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        version: z.number().int(),
        title: z.string(),
        body: z.string(),
        changedAt: timestamp,
        changedByName: z.string(),
      }),
    ),
  }),
})

const offered = guidance.pick({ id: true, title: true, body: true, version: true, conditionCodes: true })

export const listTaskGuidance = route({
  method: 'get',
  path: '/tasks/{id}/guidance',
  permission: 'task.read',
  summary: 'Texts that fit the task: by place and diagnosis, the closest first; and those already given',
  params: idParams,
  response: z.object({
    items: z.array(offered),
    /** Masked; null when the person has none. */
    address: z.string().nullable(),
    given: z.array(
      z.object({
        title: z.string(),
        how: z.enum(['email', 'read-aloud']),
        at: timestamp,
        byName: z.string(),
        /** Status of the message, if sent as one. */
        status: z.string().nullable(),
      }),
    ),
  }),
})

export const giveGuidance = route({
  method: 'post',
  path: '/tasks/{id}/guidance',
  permission: 'task.work',
  summary: 'Send a text to the person through the contact gate, or record that it was read aloud',
  params: idParams,
  body: z.object({ guidanceId: id, version: z.number().int(), how: z.enum(['email', 'read-aloud']) }),
  status: 204,
})
