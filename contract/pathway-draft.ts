import { z } from 'zod'
import { pathwayDefinition, pathwayDetail, pathwayName } from './pathway.ts'
import { designBody, id, idParams, route, timestamp } from './route.ts'

/** The revision the caller saw; refused when somebody saved meanwhile. */
const revision = z.number().int().min(0)

const pathwayDraft = z.object({
  definition: pathwayDefinition,
  revision,
  /** The version it is based on; null: never published. */
  baseVersion: z.number().int().nullable(),
  savedAt: timestamp,
  savedByName: z.string(),
  /** The caller edited it, so somebody else must publish it if the site requires a second person. */
  mine: z.boolean(),
  asked: z.object({ at: timestamp, byName: z.string() }).nullable(),
  returned: z.object({ at: timestamp, byName: z.string(), reason: z.string() }).nullable(),
})
export type PathwayDraft = z.infer<typeof pathwayDraft>

export const createPathway = route({
  method: 'post',
  path: '/pathways',
  permission: 'pathway.write',
  summary:
    'Begin a pathway: blank, a copy or a file; it is a draft until published, and takes nobody until switched on',
  largestBody: designBody,
  body: z.object({ name: pathwayName, definition: pathwayDefinition }),
  response: pathwayDetail,
  status: 201,
})

export const getPathwayDraft = route({
  method: 'get',
  path: '/pathways/{id}/draft',
  permission: 'pathway.write',
  summary: 'The draft of a pathway, if there is one',
  params: idParams,
  response: z.object({ draft: pathwayDraft.nullable() }),
})

export const savePathwayDraft = route({
  method: 'put',
  path: '/pathways/{id}/draft',
  permission: 'pathway.write',
  summary:
    'Save the draft over the revision the caller saw (0: there was none); refused when somebody else saved meanwhile',
  params: idParams,
  largestBody: designBody,
  body: z.object({ definition: pathwayDefinition, revision }),
  response: pathwayDraft,
})

export const deletePathwayDraft = route({
  method: 'delete',
  path: '/pathways/{id}/draft',
  permission: 'pathway.write',
  summary: 'Discard the draft; deletes a pathway that was never published',
  params: idParams,
  query: z.object({ revision: z.coerce.number().int() }),
  status: 204,
})

export const askPathwayPublish = route({
  method: 'post',
  path: '/pathways/{id}/draft/ask',
  permission: 'pathway.write',
  summary: 'Ask a second person to publish the draft',
  params: idParams,
  body: z.object({ revision }),
  response: pathwayDraft,
})

export const returnPathwayDraft = route({
  method: 'post',
  path: '/pathways/{id}/draft/return',
  permission: 'pathway.write',
  summary: 'Send the draft back to its author with a reason',
  params: idParams,
  body: z.object({ revision, reason: z.string().trim().min(2).max(500) }),
  response: pathwayDraft,
})

export const publishPathway = route({
  method: 'post',
  path: '/pathways/{id}/versions',
  permission: 'pathway.write',
  summary:
    'Publish the draft as the next version; persons already on the pathway stay on the version they started',
  params: idParams,
  body: z.object({ revision }),
  response: pathwayDetail,
  status: 201,
})

export const getPathwayVersion = route({
  method: 'get',
  path: '/pathways/{id}/versions/{version}',
  permission: 'pathway.read',
  summary: 'The definition of a version of a pathway',
  params: z.object({ id, version: z.coerce.number().int().positive() }),
  response: z.object({ version: z.number().int(), definition: pathwayDefinition }),
})
