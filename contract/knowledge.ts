import { z } from 'zod'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'

export const articleKind = z.enum(['answer', 'script'])
/** What people ask about; the words of a category are on the screen. */
export const articleCategories = [
  'registration',
  'outpatient',
  'inpatient',
  'examination',
  'insurance',
  'records',
  'payment',
  'traffic',
  'visiting',
  'complaint',
  'other',
] as const
export const articleCategory = z.enum(articleCategories)

const article = z.object({
  id,
  kind: articleKind,
  category: articleCategory,
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  title: z.string(),
  body: z.string(),
  synonyms: z.array(z.string()),
  /** `draft`: never published; `changed`: a newer draft waits. */
  state: z.enum(['draft', 'published', 'changed', 'retired']),
  version: z.number().int(),
  publishedVersion: z.number().int().nullable(),
  ownerId: z.string().nullable(),
  ownerName: z.string().nullable(),
  reviewOn: calendarDate,
  /** Its day of review has passed. */
  overdue: z.boolean(),
  useful: z.number().int(),
  useless: z.number().int(),
  used: z.number().int(),
  updatedAt: timestamp,
  mayChange: z.boolean(),
})
export type Article = z.infer<typeof article>

export const listArticles = route({
  method: 'get',
  path: '/knowledge',
  permission: 'knowledge.read',
  summary: 'Articles of the knowledge base, by title; drafts for those who write',
  query: pageQuery.extend({
    state: z.enum(['current', 'draft', 'overdue', 'retired']).default('current'),
    kind: articleKind.optional(),
    category: articleCategory.optional(),
    total: z.stringbool().default(false),
  }),
  response: page(article),
})

export const searchArticles = route({
  method: 'get',
  path: '/knowledge/found',
  permission: 'knowledge.read',
  summary:
    'Published answers and scripts that fit what was asked, the best first; pinyin initials of a title count too',
  query: z.object({
    search: z.string().trim().min(1).max(200),
    kind: articleKind.optional(),
    limit: z.coerce.number().int().min(1).max(20).default(8),
  }),
  response: z.object({ items: z.array(article) }),
  example: { query: { search: '发票' } },
})

export const readArticle = route({
  method: 'get',
  path: '/knowledge/{id}',
  permission: 'knowledge.read',
  summary: 'One article: what is in force, and its latest draft for those who write',
  params: idParams,
  response: article.extend({
    versions: z.array(
      z.object({
        version: z.number().int(),
        title: z.string(),
        body: z.string(),
        synonyms: z.array(z.string()),
        at: timestamp,
        byName: z.string(),
        publishedAt: timestamp.nullable(),
        publishedByName: z.string().nullable(),
      }),
    ),
    /** What the reader said of it. */
    vote: z.boolean().nullable(),
  }),
})

const fields = {
  kind: articleKind,
  category: articleCategory,
  siteId: id.nullable().default(null),
  title: z.string().trim().min(2).max(200),
  body: z.string().trim().min(2).max(8000),
  synonyms: z.array(z.string().trim().min(1).max(40)).max(30).default([]),
  /** Left out: whoever saves it. */
  ownerId: z.string().max(100).nullable().default(null),
  reviewOn: calendarDate,
}

export const createArticle = route({
  method: 'post',
  path: '/knowledge',
  permission: 'knowledge.write',
  summary: 'Write an article; nobody else sees it before it is published',
  body: z.object(fields),
  response: z.object({ id }),
  status: 201,
})

export const updateArticle = route({
  method: 'put',
  path: '/knowledge/{id}',
  permission: 'knowledge.write',
  summary: 'Write a new draft; what is published stays in force until the draft is published',
  params: idParams,
  body: z.object({ ...fields, version: z.number().int() }),
  response: z.object({ version: z.number().int() }),
})

export const publishArticle = route({
  method: 'post',
  path: '/knowledge/{id}/publish',
  permission: 'knowledge.write',
  summary: 'Put the latest draft in force',
  params: idParams,
  body: z.object({ version: z.number().int() }),
  status: 204,
})

export const confirmArticle = route({
  method: 'post',
  path: '/knowledge/{id}/confirm',
  permission: 'knowledge.write',
  summary: 'Looked at and still right: the next review',
  params: idParams,
  body: z.object({ reviewOn: calendarDate }),
  status: 204,
})

export const retireArticle = route({
  method: 'post',
  path: '/knowledge/{id}/retire',
  permission: 'knowledge.write',
  summary: 'Take an article out of use, or back into it',
  params: idParams,
  body: z.object({ retired: z.boolean() }),
  status: 204,
})

export const rateArticle = route({
  method: 'post',
  path: '/knowledge/{id}/rate',
  permission: 'knowledge.read',
  summary: 'Was this useful; the latest word of a reader counts',
  params: idParams,
  body: z.object({ useful: z.boolean(), reason: z.string().trim().max(300).default('') }),
  status: 204,
})

export const useArticle = route({
  method: 'post',
  path: '/knowledge/{id}/use',
  permission: 'knowledge.read',
  summary: 'Count that an answer was put into a message or copied',
  params: idParams,
  status: 204,
})

export const listWriters = route({
  method: 'get',
  path: '/knowledge/writers',
  permission: 'knowledge.write',
  summary: 'Who may be the owner of an article',
  response: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }),
})
