import { z } from 'zod'
import { role } from './access.ts'
import { id, idParams, route } from './route.ts'

const name = z.string().trim().min(1).max(60)
const ofSite = z.object({ siteId: id.optional(), retired: z.stringbool().default(false) })

const category = z.object({
  id,
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  parentId: id.nullable(),
  code: z.string(),
  name: z.string(),
  retired: z.boolean(),
  version: z.number().int(),
  mayWrite: z.boolean(),
})
export type CaseCategory = z.infer<typeof category>

export const listCaseCategories = route({
  method: 'get',
  path: '/case-categories',
  permission: 'case.read',
  summary: 'Categories of cases in their order: those of all sites, and those of a site in their place',
  query: ofSite,
  response: z.object({ items: z.array(category) }),
})

export const addCaseCategory = route({
  method: 'post',
  path: '/case-categories',
  permission: 'case.manage',
  summary: 'Add a category; one without a site is for all sites',
  body: z.object({
    siteId: id.nullable().default(null),
    parentId: id.nullable().default(null),
    code: z
      .string()
      .regex(/^[a-z0-9-]{2,40}$/)
      .optional(),
    name,
  }),
  response: category,
  status: 201,
})

export const changeCaseCategory = route({
  method: 'patch',
  path: '/case-categories/{id}',
  permission: 'case.manage',
  summary: 'Rename a category, retire it or take it up again',
  params: idParams,
  body: z.object({ version: z.number().int(), name: name.optional(), retired: z.boolean().optional() }),
  response: category,
})

const limit = z.object({
  role,
  /** Left out: any amount. */
  upTo: z.number().min(0.01).max(99_999_999).nullable().default(null),
})
export type MeasureLimit = z.infer<typeof limit>

const measure = z.object({
  id,
  siteId: id.nullable(),
  siteName: z.string().nullable(),
  code: z.string(),
  name: z.string(),
  priced: z.boolean(),
  limits: z.array(limit),
  retired: z.boolean(),
  version: z.number().int(),
  mayWrite: z.boolean(),
  /** What the caller may grant without asking: an amount, `any`, or `none`. */
  own: z.union([z.number(), z.enum(['any', 'none'])]),
})
export type CaseMeasure = z.infer<typeof measure>

export const listCaseMeasures = route({
  method: 'get',
  path: '/case-measures',
  permission: 'case.read',
  summary: 'Recovery catalogue: what may be offered, and up to which amount by whom',
  query: ofSite,
  response: z.object({ items: z.array(measure) }),
})

const limits = z.array(limit).max(9)
export const addCaseMeasure = route({
  method: 'post',
  path: '/case-measures',
  permission: 'case.manage',
  summary: 'Add to the recovery catalogue',
  body: z.object({ siteId: id.nullable().default(null), name, priced: z.boolean().default(false), limits }),
  response: measure,
  status: 201,
})

export const changeCaseMeasure = route({
  method: 'patch',
  path: '/case-measures/{id}',
  permission: 'case.manage',
  summary: 'Change who may grant it and up to which amount, or retire it',
  params: idParams,
  body: z.object({
    version: z.number().int(),
    name: name.optional(),
    limits: limits.optional(),
    retired: z.boolean().optional(),
  }),
  response: measure,
})
