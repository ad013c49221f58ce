import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'

/** Filled in when a reply is put into an answer. */
export const cannedPlaceholders = ['name', 'agent', 'department', 'hospital'] as const

const cannedReply = z.object({
  id,
  siteId: id.nullable(),
  /** Only its owner sees it. */
  own: z.boolean(),
  shortcut: z.string(),
  title: z.string(),
  body: z.string(),
  version: z.number().int(),
  updatedAt: timestamp,
  updatedByName: z.string(),
  mayChange: z.boolean(),
})
export type CannedReply = z.infer<typeof cannedReply>

const shortcut = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}-]{1,20}$/u, 'has letters and digits only, 20 at most')
const title = z.string().trim().min(1).max(60)
const body = z.string().trim().min(1).max(2000)

export const listCannedReplies = route({
  method: 'get',
  path: '/canned-replies',
  permission: 'conversation.read',
  summary: 'Texts for answers: one’s own and those of one’s sites',
  response: z.object({ items: z.array(cannedReply) }),
})

export const createCannedReply = route({
  method: 'post',
  path: '/canned-replies',
  permission: 'conversation.write',
  summary: 'Keep a text for answers, for oneself or for a site',
  body: z.object({ own: z.boolean(), siteId: id.nullable().default(null), shortcut, title, body }),
  response: z.object({ id }),
  status: 201,
})

export const updateCannedReply = route({
  method: 'put',
  path: '/canned-replies/{id}',
  permission: 'conversation.write',
  summary: 'Change a text for answers; what stood there before is kept',
  params: idParams,
  body: z.object({ shortcut, title, body, version: z.number().int() }),
  status: 204,
})

export const retireCannedReply = route({
  method: 'post',
  path: '/canned-replies/{id}/retire',
  permission: 'conversation.write',
  summary: 'Take a text for answers away',
  params: idParams,
  status: 204,
})

export const listCannedVersions = route({
  method: 'get',
  path: '/canned-replies/{id}/versions',
  permission: 'conversation.read',
  summary: 'What stood there before, newest first',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        version: z.number().int(),
        title: z.string(),
        body: z.string(),
        at: timestamp,
        byName: z.string(),
      }),
    ),
  }),
})
