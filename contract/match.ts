import { z } from 'zod'
import { mergeSource, personSummary } from './person.ts'
import { id, idParams, page, pageQuery, route, timestamp } from './route.ts'

/** Counts of rows that belong to a record and move with it. */
const counts = z.object({
  encounters: z.number().int(),
  events: z.number().int(),
  tasks: z.number().int(),
  enrollments: z.number().int(),
  messages: z.number().int(),
  responses: z.number().int(),
})
export type RecordCounts = z.infer<typeof counts>

export const comparedField = z.enum([
  'name',
  'sex',
  'birthDate',
  'national-id',
  'other-id',
  'recordNumber',
  'phone',
  'email',
  'address',
])
export type ComparedField = z.infer<typeof comparedField>

/** `similar`: sounds the same, or differs like a typing error. `missing`: at least one side has no value. */
export const agreement = z.enum(['same', 'similar', 'different', 'missing'])
export type Agreement = z.infer<typeof agreement>

const side = z.object({
  person: personSummary.omit({ foundAs: true }),
  counts,
  /** Records that were merged into this one earlier. */
  mergedRecords: z.number().int(),
})

export const personPair = z.object({
  left: side,
  right: side,
  /** Both are already one person. */
  merged: z.boolean(),
  /** Values are masked; they were compared unmasked. */
  rows: z.array(
    z.object({ field: comparedField, left: z.array(z.string()), right: z.array(z.string()), agreement }),
  ),
})
export type PersonPair = z.infer<typeof personPair>

export const comparePersons = route({
  method: 'get',
  path: '/person-pairs/{leftId}/{rightId}',
  permission: 'person.merge',
  summary: 'Two persons side by side, with what agrees and what does not',
  params: z.object({ leftId: id, rightId: id }),
  response: personPair,
})

const reason = z.string().trim().min(2).max(200)

export const mergePersons = route({
  method: 'post',
  path: '/person-merges',
  permission: 'person.merge',
  summary: 'Make two records one person; can be taken back at any time',
  body: z.object({ survivorId: id, mergedId: id, reason }),
  response: z.object({ mergeId: id, survivorId: id }),
  status: 201,
})

export const personMerge = z.object({
  id,
  survivor: z.object({ id, name: z.string() }),
  /** The record that would become a separate person again. */
  merged: z.object({ id, name: z.string(), recordNumbers: z.array(z.string()) }),
  source: mergeSource,
  reason: z.string(),
  mergedAt: timestamp,
  mergedByName: z.string(),
  undoneAt: timestamp.nullable(),
  undoneByName: z.string().nullable(),
  /** What would move back with the record, and what stays. */
  goes: counts,
  stays: counts,
})
export type PersonMerge = z.infer<typeof personMerge>

export const getPersonMerge = route({
  method: 'get',
  path: '/person-merges/{id}',
  permission: 'person.merge',
  summary: 'One merge, and what an undo would move back',
  params: idParams,
  response: personMerge,
})

export const undoPersonMerge = route({
  method: 'post',
  path: '/person-merges/{id}/undo',
  permission: 'person.merge',
  summary: 'Separate the records again, each with everything that is truly its own, whenever it happened',
  params: idParams,
  body: z.object({ reason }),
  response: z.object({ survivorId: id, separatedId: id }),
})

export const matchStatus = z.enum(['open', 'later', 'same', 'different'])

const pairSide = z.object({
  id,
  name: z.string(),
  sex: z.string(),
  birthDate: z.string().nullable(),
  /** Masked. */
  phone: z.string().nullable(),
  recordNumbers: z.array(z.string()),
  lastVisitAt: timestamp.nullable(),
})

export const matchPair = z.object({
  left: pairSide,
  right: pairSide,
  /** Probability that both are one person, from 0 to 1. */
  probability: z.number(),
  /** The deterministic rule that applies, if any. */
  rule: z.string().nullable(),
  status: matchStatus,
  foundAt: timestamp,
  decidedByName: z.string().nullable(),
})
export type MatchPair = z.infer<typeof matchPair>

export const listMatchPairs = route({
  method: 'get',
  path: '/match-pairs',
  permission: 'person.merge',
  summary: 'Records that may be one person, the likeliest first',
  query: pageQuery.extend({ status: matchStatus.default('open') }),
  response: page(matchPair).extend({ open: z.number().int(), later: z.number().int() }),
})

export const decideMatchPair = route({
  method: 'post',
  path: '/match-pairs/{leftId}/{rightId}/decision',
  permission: 'person.merge',
  summary: 'Same person (merges), different (not asked again until something changes) or later',
  params: z.object({ leftId: id, rightId: id }),
  body: z.object({
    decision: matchStatus,
    /** With `same`: which of the two stays, and why they are one. */
    survivorId: id.optional(),
    reason: reason.optional(),
  }),
  response: z.object({ status: matchStatus, mergeId: id.nullable() }),
})

export const matchRun = z.object({
  id,
  status: z.enum(['waiting', 'running', 'finished', 'cancelled', 'failed']),
  progress: z.number(),
  persons: z.number().int(),
  compared: z.number().int(),
  found: z.number().int(),
  startedByName: z.string(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
})
export type MatchRun = z.infer<typeof matchRun>

export const getMatchRun = route({
  method: 'get',
  path: '/match-runs/latest',
  permission: 'person.merge',
  summary: 'The latest comparison of all persons with all',
  response: z.object({ run: matchRun.nullable() }),
})

export const startMatchRun = route({
  method: 'post',
  path: '/match-runs',
  permission: 'person.merge',
  summary: 'Compare all persons with each other, in the background; re-estimates the model',
  response: matchRun,
  status: 201,
})

export const cancelMatchRun = route({
  method: 'post',
  path: '/match-runs/{id}/cancel',
  permission: 'person.merge',
  summary: 'Stop the comparison; results so far are dropped',
  params: idParams,
  response: matchRun,
})
