import { z } from 'zod'
import { ages } from './age.ts'
import { answerLine, answers, questionnaireDefinition } from './questionnaire.ts'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'
import { month } from './month.ts'
import { outcome, redFlagOutcomes, taskStatus } from './task.ts'
import { point, site } from './visit.ts'

const packStop = z.object({
  taskId: id,
  title: z.string(),
  description: z.string().nullable(),
  personName: z.string(),
  sex: z.string(),
  ...ages,
  departmentName: z.string().nullable(),
  conditionText: z.string().nullable(),
  /** Unmasked: the team has to find the home and to call before. */
  address: z.string().nullable(),
  phone: z.string().nullable(),
  position: point,
  arrives: z.number(),
  status: taskStatus,
  questionnaireId: id.nullable(),
  answers,
  basedOn: timestamp.nullable(),
})
export type PackStop = z.infer<typeof packStop>

export const takeVisitDay = route({
  method: 'post',
  path: '/visits/today',
  permission: 'visit.work',
  summary:
    'Take the visits of one’s team for today along: addresses and telephone numbers in full, each logged',
  body: z.object({}),
  response: z.object({
    userId: z.string(),
    date: calendarDate,
    timeZone: z.string(),
    teamName: z.string().nullable(),
    km: z.number(),
    stops: z.array(packStop),
    questionnaires: z.array(z.object({ id, definition: questionnaireDefinition })),
    /** Date of the next route, if there is none today. */
    next: calendarDate.nullable(),
  }),
})
export type VisitDay = z.infer<(typeof takeVisitDay)['response']>

export const recordVisit = route({
  method: 'post',
  path: '/visits/{id}/record',
  permission: 'visit.work',
  summary:
    'What was found at the door of a task, also long after; the same key twice records once. `kept`: the task could not take it any more, somebody will look',
  params: idParams,
  body: z.object({
    idempotencyKey: z.string().min(8).max(80),
    outcome: outcome.exclude(['wrong-number', 'call-back', ...redFlagOutcomes]),
    answers: answers.optional(),
    basedOn: timestamp.nullable().optional(),
    note: z.string().trim().max(2000).optional(),
    arrivedAt: timestamp,
    leftAt: timestamp,
    /** The telephone's clock at sending, to correct its times. */
    sentAt: timestamp,
    position: point.extend({ accuracyMetres: z.number().int().min(0).max(100_000) }).nullable(),
    /** The place in words, if there is no position. */
    place: z.string().trim().min(1).max(120).optional(),
  }),
  response: z.object({
    status: z.enum(['applied', 'kept']),
    /** Id of the refusal when kept. */
    problem: z.string().nullable(),
    taskStatus: taskStatus.nullable(),
    distanceMetres: z.number().int().nullable(),
  }),
})
export type VisitReport = z.infer<(typeof recordVisit)['body']>

export const getVisitCosts = route({
  method: 'get',
  path: '/visits/costs',
  permission: 'visit.read',
  summary: 'Visits made, km, hours and cost per visit of a month, by team',
  query: z.object({ ...site, month }),
  response: z.object({
    teams: z.array(
      z.object({
        /** Null: made by somebody without a team. */
        teamId: id.nullable(),
        teamName: z.string().nullable(),
        /** Days with at least one visit made. */
        days: z.number().int(),
        visits: z.number().int(),
        done: z.number().int(),
        km: z.number(),
        minutes: z.number(),
        cost: z.number(),
        costPerVisit: z.number().nullable(),
      }),
    ),
  }),
})

const visitRecord = z.object({
  id,
  taskId: id,
  personId: id,
  personName: z.string(),
  teamId: id.nullable(),
  teamName: z.string().nullable(),
  actorName: z.string(),
  outcome,
  arrivedAt: timestamp,
  leftAt: timestamp,
  distanceMetres: z.number().int().nullable(),
  accuracyMetres: z.number().int().nullable(),
  note: z.string().nullable(),
  status: z.enum(['applied', 'kept']),
  problem: z.string().nullable(),
  /** Answers of the visit that are stored nowhere else; for those who may settle it. */
  answers: z.array(answerLine),
  settled: z.object({ at: timestamp, byName: z.string(), reason: z.string() }).nullable(),
})
export type VisitRecord = z.infer<typeof visitRecord>

export const listVisitRecords = route({
  method: 'get',
  path: '/visits/records',
  permission: 'visit.read',
  summary: 'Visits made, newest first; `kept=true`: those that a task could not take and nobody has settled',
  query: pageQuery.extend({
    ...site,
    month: month.optional(),
    teamId: id.optional(),
    kept: z.stringbool().optional(),
  }),
  response: page(visitRecord),
})

export const settleVisitRecord = route({
  method: 'post',
  path: '/visits/records/{id}/settle',
  permission: 'visit.plan',
  summary: 'Settle the report of a visit that its task could not take',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  status: 204,
})
