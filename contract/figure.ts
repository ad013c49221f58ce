import { z } from 'zod'
import { gap } from './provenance.ts'
import { spotCheckScore } from './spot-check.ts'
import { calendarDate, id, page, pageQuery, route } from './route.ts'
import { taskSummary } from './task.ts'

export const grouping = z.enum([
  'site',
  'department',
  'doctor',
  /** ICD-10 category (the three characters before the point) of the discharge diagnosis. */
  'disease',
  /** District of the home address. */
  'region',
  'level',
  'day',
  'week',
  'month',
])

/** Discharges of the period (local dates, both inclusive) and their follow-up. */
const filter = {
  from: calendarDate,
  to: calendarDate,
  level: z.coerce.number().int().min(1).max(3).default(1),
  siteId: id.optional(),
  departmentId: id.optional(),
  attendingStaffId: id.optional(),
}

export const measure = z.enum([
  'discharged',
  'planned',
  'followed',
  'proven',
  'stated',
  'on-time',
  'reached',
  'unreached',
  'refused',
  'stopped',
  'open',
  'overdue',
  /** Open, and the time limit has not passed yet. */
  'pending',
  'checked',
  'agreed',
  'disagreed',
])
export type Measure = z.infer<typeof measure>

/** Period for `previous`: the one of the same length before, or the same days a year earlier. */
const compare = z.enum(['before', 'year']).default('before')

/** Counts of discharges; every one opens its rows. */
export const counts = z.object({
  discharged: z.number().int(),
  planned: z.number().int(),
  followed: z.number().int(),
  /** Followed, with a call record, a reply, a visit note or a document. */
  proven: z.number().int(),
  /** Followed, as stated by staff without proof; proven + stated = followed. */
  stated: z.number().int(),
  onTime: z.number().int(),
  reached: z.number().int(),
  unreached: z.number().int(),
  refused: z.number().int(),
  stopped: z.number().int(),
  open: z.number().int(),
  overdue: z.number().int(),
  /** Open and still in time; overdue + pending = open. */
  pending: z.number().int(),
  /** Denominator of coverage: discharged (level 3: planned, because it is a sample) without those still in time. */
  due: z.number().int(),
  /** Spot-checked with a clear outcome, appeals that were granted left out. */
  checked: z.number().int(),
  agreed: z.number().int(),
  disagreed: z.number().int(),
  /** Share of results that a second call agrees with, with its 95 % interval. */
  spotCheck: spotCheckScore,
  /** followed ÷ due; null when nobody is due yet. */
  coverage: z.number().nullable(),
  /** With proof; the same denominator. */
  provenCoverage: z.number().nullable(),
  /** Without proof; the same denominator. */
  statedCoverage: z.number().nullable(),
  /** on time ÷ followed */
  timeliness: z.number().nullable(),
  /** reached ÷ (reached + unreached); who refused was reached */
  reach: z.number().nullable(),
})
export type FollowUpCounts = z.infer<typeof counts>

export const getFollowUpFigures = route({
  method: 'get',
  path: '/figures/follow-up',
  permission: 'figure.read',
  summary: 'Coverage, timeliness and reach of discharge follow-up',
  query: z.object({
    ...filter,
    by: grouping.default('department'),
    compare,
  }),
  example: { query: { from: '2026-03-01', to: '2026-03-31', by: 'department' } },
  response: z.object({
    total: counts,
    /** Null when the period to compare with has no data. */
    previous: counts.nullable(),
    targets: z.object({ coverage: z.number(), timeliness: z.number(), reach: z.number() }),
    groups: z.array(counts.extend({ key: z.string(), label: z.string() })),
    /** By day, week or month; weeks also where days would be too few people each. */
    trendBy: grouping.extract(['day', 'week', 'month']),
    trend: z.array(counts.extend({ key: z.string(), label: z.string() })),
  }),
})

export const listFollowUpRows = route({
  method: 'get',
  path: '/figures/follow-up/rows',
  permission: 'figure.read',
  summary: 'The discharges behind a figure',
  query: pageQuery.extend({
    ...filter,
    measure,
    by: grouping.optional(),
    key: z.string().max(40).optional(),
  }),
  response: page(
    z.object({
      encounterId: id,
      personId: id,
      personName: z.string(),
      departmentName: z.string().nullable(),
      attendingName: z.string().nullable(),
      conditionText: z.string().nullable(),
      dischargedAt: z.string(),
      task: taskSummary
        .pick({
          id: true,
          level: true,
          status: true,
          outcome: true,
          dueAt: true,
          completedAt: true,
          attempts: true,
          proof: true,
          assigneeName: true,
        })
        .nullable(),
    }),
  ),
})

export const exportFollowUpFigures = route({
  method: 'get',
  path: '/figures/follow-up/export',
  permission: 'figure.export',
  summary: 'The figures and their rows (masked) as XLSX',
  query: z.object({ ...filter, by: grouping.default('department'), compare }),
  produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
})

/** Persons counted by completeness; every number opens its persons. */
const completenessGroup = z.object({
  persons: z.number().int(),
  /** Mean score, 0 to 100; null without persons. */
  average: z.number().nullable(),
  bands: z.array(z.object({ from: z.number().int(), to: z.number().int(), persons: z.number().int() })),
  missing: z.array(z.object({ gap, persons: z.number().int() })),
})
export type CompletenessGroup = z.infer<typeof completenessGroup>

const completenessFigures = z.object({
  weights: z.array(z.object({ gap, weight: z.number().int() })),
  total: completenessGroup,
  /** By site of the last visit; null: no visit yet. */
  groups: z.array(completenessGroup.extend({ siteId: id.nullable(), siteName: z.string().nullable() })),
})
export type CompletenessFigures = z.infer<typeof completenessFigures>

export const getCompleteness = route({
  method: 'get',
  path: '/figures/completeness',
  permission: 'figure.read',
  summary: 'Completeness of the data needed for follow-up, by site of the last visit',
  response: completenessFigures,
})
