import { z } from 'zod'
import { condition } from './questionnaire.ts'
import { id, idParams, page, pageQuery, route, timestamp } from './route.ts'

const segment = z.object({
  id,
  code: z.string(),
  name: z.string(),
  /** A condition over facts of persons (`contract/fact.ts`). */
  rule: condition,
  /** Null: persons of all sites. */
  siteId: id.nullable(),
  version: z.number().int(),
  members: z.number().int(),
  /** When members were last recomputed; null: not yet. */
  refreshedAt: timestamp.nullable(),
})
export type Segment = z.infer<typeof segment>

const write = z.object({ name: z.string().trim().min(1).max(100), rule: condition })

export const listSegments = route({
  method: 'get',
  path: '/segments',
  permission: 'segment.read',
  summary: 'Segments with how many persons are in them',
  response: z.object({ items: z.array(segment) }),
})

export const createSegment = route({
  method: 'post',
  path: '/segments',
  permission: 'segment.write',
  summary: 'Create a segment; who meets its rule enters it within minutes, which is an event of theirs',
  body: write.extend({
    code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
    siteId: id.nullable().default(null),
  }),
  response: segment,
  status: 201,
  example: {
    body: { code: 'women', name: '女性', rule: { fact: 'person.sex', op: '=', value: 'female' }, siteId: 1 },
  },
})

export const updateSegment = route({
  method: 'put',
  path: '/segments/{id}',
  permission: 'segment.write',
  summary: 'Change the name or the rule of a segment',
  params: idParams,
  body: write.extend({ version: z.number().int() }),
  response: segment,
})

export const deleteSegment = route({
  method: 'delete',
  path: '/segments/{id}',
  permission: 'segment.write',
  summary: 'Delete a segment that no active pathway is entered by',
  params: idParams,
  status: 204,
})

export const countSegment = route({
  method: 'post',
  path: '/segments/count',
  permission: 'segment.read',
  summary: 'How many persons within reach meet a rule',
  body: z.object({ rule: condition, siteId: id.nullable().default(null) }),
  response: z.object({ count: z.number().int() }),
  example: { body: { rule: { fact: 'person.ageYears', op: '>=', value: 65 } } },
})

export const listSegmentMembers = route({
  method: 'get',
  path: '/segments/{id}/members',
  permission: 'segment.read',
  summary: 'Who is in a segment, and since when',
  params: idParams,
  query: pageQuery,
  response: page(z.object({ personId: id, name: z.string(), since: timestamp })),
})
