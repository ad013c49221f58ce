import { z } from 'zod'
import { condition } from './questionnaire.ts'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'

/** What people are counted by, in the overview and beside a rule. */
export const splitBy = ['stage', 'age', 'sex', 'district', 'department', 'conditions'] as const
export type SplitBy = (typeof splitBy)[number]

/** Lower bounds of age bands, in years: children, youths, the working ages, and the old as the WHO counts them in China (60 on). */
export const ageBands = [0, 7, 18, 30, 45, 60, 75] as const

/** Groups of diagnoses that programmes are made for, by the beginnings of their ICD-10 codes (WHO, and the Chinese clinical edition). */
export const conditionGroups = {
  hypertension: ['I10', 'I11', 'I12', 'I13', 'I15'],
  diabetes: ['E10', 'E11', 'E12', 'E13', 'E14'],
  coronary: ['I20', 'I21', 'I22', 'I23', 'I24', 'I25'],
  stroke: ['I60', 'I61', 'I62', 'I63', 'I64', 'I69'],
  copd: ['J41', 'J42', 'J43', 'J44'],
  tumour: ['C'],
  kidney: ['N03', 'N04', 'N18', 'N19'],
  liver: ['B18', 'K70', 'K73', 'K74'],
  digestive: ['K25', 'K26', 'K27', 'K29', 'K80'],
  bone: ['M47', 'M50', 'M51', 'M80', 'M81', 'S72'],
  mental: ['F'],
  childbirth: ['O', 'Z34', 'Z35', 'Z39'],
} as const
export type ConditionGroup = keyof typeof conditionGroups

const madeBy = z.enum(['hand', 'file', 'frozen', 'alike'])

const segment = z.object({
  id,
  code: z.string(),
  name: z.string(),
  kind: z.enum(['rule', 'list']),
  /** A condition over persons and their events; null for a list. */
  rule: condition.nullable(),
  /** Of a list: how it came about, and from which segment. */
  madeBy: madeBy.nullable(),
  madeFrom: z.string().nullable(),
  /** Null: persons of all sites. */
  siteId: id.nullable(),
  /** Its members are kept; what came with the product sleeps until it is switched on or changed. */
  active: z.boolean(),
  version: z.number().int(),
  /** Within reach. */
  members: z.number().int(),
  /** When members were last recomputed; null: not yet. */
  refreshedAt: timestamp.nullable(),
  /** It asks for money or value, also through others: no clinical pathway may use it. */
  worth: z.boolean(),
  /** Active pathways that ask about it, and which of them carry out a campaign. */
  pathways: z.array(z.object({ id, name: z.string(), campaignId: id.nullable() })),
  /** Members at the end of the last days, oldest first, as far as they were counted. */
  trend: z.array(z.number().int()),
  abilities: z.object({ write: z.boolean() }),
})
export type Segment = z.infer<typeof segment>

const segmentDetail = segment.extend({
  /** At the end of each day, a year at most, oldest first. */
  history: z.array(z.object({ day: calendarDate, members: z.number().int() })),
})
export type SegmentDetail = z.infer<typeof segmentDetail>

const name = z.string().trim().min(1).max(100)
const code = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
const write = z.object({ name, rule: condition })

export const listSegments = route({
  method: 'get',
  path: '/segments',
  permission: 'segment.read',
  summary: 'Segments with how many persons are in them',
  response: z.object({ items: z.array(segment) }),
})

export const getSegment = route({
  method: 'get',
  path: '/segments/{id}',
  permission: 'segment.read',
  summary: 'One segment, with how many were in it day by day',
  params: idParams,
  response: segmentDetail,
})

export const createSegment = route({
  method: 'post',
  path: '/segments',
  permission: 'segment.write',
  summary: 'Create a segment; who meets its rule enters it within minutes, which is an event of theirs',
  body: write.extend({ code, siteId: id.nullable().default(null) }),
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
  summary: 'Change the name or the rule of a segment; a list keeps its members and takes no rule',
  params: idParams,
  body: z.object({ name, rule: condition.nullable(), version: z.number().int() }),
  response: segment,
})

export const activateSegment = route({
  method: 'post',
  path: '/segments/{id}/activate',
  permission: 'segment.write',
  summary: 'Keep the members of a segment that came with the product',
  params: idParams,
  response: segment,
})

export const deleteSegment = route({
  method: 'delete',
  path: '/segments/{id}',
  permission: 'segment.write',
  summary: 'Delete a segment that no active pathway and no other segment asks about',
  params: idParams,
  status: 204,
})

const counts = z.array(z.object({ value: z.string(), count: z.number().int() }))

export const countSegment = route({
  method: 'post',
  path: '/segments/count',
  permission: 'segment.read',
  summary:
    'How many persons within reach meet a rule, how they divide, and some of them; without a rule, everybody',
  body: z.object({
    rule: condition.nullable(),
    siteId: id.nullable().default(null),
    by: z.array(z.enum(splitBy)).max(splitBy.length).default([]),
    sample: z.number().int().min(0).max(10).default(0),
  }),
  response: z.object({
    count: z.number().int(),
    /** The most frequent first; `''` is unknown. Ages are the lower bound of their band. */
    split: z.partialRecord(z.enum(splitBy), counts),
    sample: z.array(
      z.object({
        personId: id,
        name: z.string(),
        sex: z.string(),
        age: z.number().int().nullable(),
        lastVisitAt: timestamp.nullable(),
      }),
    ),
  }),
  example: { body: { rule: { fact: 'person.ageYears', op: '>=', value: 65 }, by: ['sex'] } },
})
export type SegmentCount = z.infer<NonNullable<(typeof countSegment)['response']>>

export const listSegmentMembers = route({
  method: 'get',
  path: '/segments/{id}/members',
  permission: 'segment.read',
  summary: 'Who is in a segment, and since when',
  params: idParams,
  query: pageQuery,
  response: page(
    z.object({
      personId: id,
      name: z.string(),
      since: timestamp,
      sex: z.string(),
      age: z.number().int().nullable(),
      lastVisitAt: timestamp.nullable(),
    }),
  ),
})

/** Rows of one upload. */
export const mostRows = 10_000
const rows = z.array(z.string().trim().min(1).max(60)).max(mostRows)

/** A row that led to nobody, or not to one person alone. */
const unusedRow = z.object({ row: z.number().int(), text: z.string(), why: z.enum(['unknown', 'several']) })
export type UnusedRow = z.infer<typeof unusedRow>

export const createList = route({
  method: 'post',
  path: '/segments/lists',
  permission: 'segment.write',
  summary:
    'Create a list of persons: from record or telephone numbers, from the members of a segment as they are now, or empty',
  body: z.object({
    code,
    name,
    siteId: id.nullable().default(null),
    rows: rows.optional(),
    fromSegmentId: id.optional(),
  }),
  response: z.object({ segment, unused: z.array(unusedRow) }),
  status: 201,
})

export const changeListMembers = route({
  method: 'post',
  path: '/segments/{id}/members',
  permission: 'segment.write',
  summary: 'Add persons to a list, or take them from it',
  params: idParams,
  body: z.object({
    rows: rows.optional(),
    add: z.array(id).max(1000).default([]),
    remove: z.array(id).max(1000).default([]),
  }),
  response: z.object({ members: z.number().int(), unused: z.array(unusedRow) }),
})

export const createAlike = route({
  method: 'post',
  path: '/segments/{id}/alike',
  permission: 'segment.write',
  summary: 'A list of the persons who are most like the members of a segment and not in it',
  params: idParams,
  body: z.object({ code, name, size: z.number().int().min(1).max(10_000) }),
  response: segment,
  status: 201,
})

export const overlapSegments = route({
  method: 'post',
  path: '/segments/overlap',
  permission: 'segment.read',
  summary:
    'How many persons within reach are in each combination of two to four segments, and in no other of them',
  body: z.object({ segmentIds: z.array(id).min(2).max(4) }),
  response: z.object({
    combinations: z.array(z.object({ segmentIds: z.array(id), persons: z.number().int() })),
  }),
})
