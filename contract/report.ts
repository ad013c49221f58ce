import { z } from 'zod'
import { counts } from './figure.ts'
import { id, route, timestamp } from './route.ts'
import { month } from './month.ts'
import { proofClass } from './task.ts'

const proofCounts = z.record(proofClass, z.number().int())
export type ProofCounts = z.infer<typeof proofCounts>

const group = z.object({ departmentId: id.nullable(), departmentName: z.string().nullable() })

const redFlags = z.object({
  /** Raised in the month; without alarms withdrawn before anybody saw them. */
  raised: z.number().int(),
  /** With a recorded attempt. */
  acted: z.number().int(),
  inTime: z.number().int(),
  /** Minutes from the alarm to the first recorded attempt. */
  medianMinutes: z.number().nullable(),
  p90Minutes: z.number().nullable(),
})
export type RedFlags = z.infer<typeof redFlags>

const monthlyReport = z.object({
  month,
  from: z.string(),
  to: z.string(),
  /** The site, or everything within the reader's reach. */
  siteNames: z.array(z.string()),
  /** Of the (first) site; used for times on paper. */
  timeZone: z.string(),
  madeAt: timestamp,
  madeByName: z.string(),
  targets: z.object({ coverage: z.number(), timeliness: z.number(), reach: z.number() }),
  scoreMinimum: z.number().int(),
  levels: z.array(
    z.object({
      level: z.number().int(),
      now: counts,
      /** The month before, and the same month of last year; null without data. */
      before: counts.nullable(),
      lastYear: counts.nullable(),
      proof: proofCounts,
      departments: z.array(group.extend({ now: counts, before: counts.nullable(), proof: proofCounts })),
    }),
  ),
  redFlags: z.object({
    now: redFlags,
    before: redFlags,
    lastYear: redFlags,
    departments: z.array(group.extend({ now: redFlags })),
  }),
  /** Spot checks of results of this month's discharges, by doctor. */
  doctors: z.array(
    z.object({
      staffId: id,
      staffName: z.string(),
      departmentName: z.string().nullable(),
      now: counts,
    }),
  ),
})
export type MonthlyReport = z.infer<typeof monthlyReport>

const query = z.object({ month, siteId: id.optional() })

export const getMonthlyReport = route({
  method: 'get',
  path: '/figures/report',
  permission: 'figure.read',
  summary:
    'Follow-up of a month for management: by level and department, with the month before and the same month of last year',
  query,
  response: monthlyReport,
})

export const exportMonthlyReport = route({
  method: 'get',
  path: '/figures/report/export',
  permission: 'figure.export',
  summary: 'The monthly report as XLSX',
  query,
  produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
})

export const printMonthlyReport = route({
  method: 'get',
  path: '/figures/report/pdf',
  permission: 'figure.export',
  summary: 'The monthly report as PDF on A4, in the language asked for',
  query: query.extend({ language: z.enum(['zh-CN', 'zh-TW', 'en']).default('zh-CN') }),
  produces: 'application/pdf',
})
