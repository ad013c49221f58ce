import { z } from 'zod'
import { ages } from './age.ts'
import { contactVerdict } from './contact.ts'
import { answerLine, answers, localized, questionnaireDefinition } from './questionnaire.ts'
import { personCard } from './person-card.ts'
import { sex } from './person.ts'
import { listReason } from './list-reason.ts'
import { calendarDate, id, idParams, listQuery, many, page, route, timestamp } from './route.ts'

/** FHIR Task status, the part that a work list needs. */
export const taskStatus = z.enum(['requested', 'in-progress', 'completed', 'cancelled'])
export const taskKind = z.enum([
  'follow-up-call',
  'home-visit',
  'red-flag',
  // A second call that checks a result, and follow-ups of its outcome.
  'spot-check',
  'spot-check-review',
  // A return-visit instruction of the service centre to a department.
  'return-visit',
  'other',
])

/** Class of proof of a finished result, the strongest first; `stated`: no evidence. */
export const proofClass = z.enum(['call-record', 'reply', 'visit-note', 'document', 'stated'])
export type ProofClass = z.infer<typeof proofClass>

/** How a follow-up contact ended. `call-back` and a first or second `unreached` leave the task open. */
export const outcome = z.enum([
  'done',
  'refused',
  'wrong-number',
  'call-back',
  'unreached',
  'deceased',
  'readmitted',
  'other',
  // Of a red flag.
  'advised',
  'sent-to-clinic',
  'sent-to-emergency',
])
export type Outcome = z.infer<typeof outcome>

/** Outcomes of a red flag only: what the doctor told the person to do. */
export const redFlagOutcomes = ['advised', 'sent-to-clinic', 'sent-to-emergency'] as const satisfies Outcome[]

/** How answers were given to the machine, by `linkId`: by a key, or by speech and how sure the recogniser was. */
export const givenAnswers = z.record(
  z.string(),
  z.union([
    z.object({ by: z.literal('key') }),
    z.object({ by: z.literal('speech'), confidence: z.number().min(0).max(1) }),
  ]),
)
export type GivenAnswers = z.infer<typeof givenAnswers>

/** The main reason for a task's position in the list. */
export const orderReason = z.enum(['red-flag', 'overdue', 'call-back-due', 'due-today', 'due-soon', 'later'])

/** Ladder step: the current way of looking for a person who does not answer; `lost`: none left. */
export const ladderStep = z.enum(['phone', 'family', 'community', 'letter', 'lost'])
export type LadderStep = z.infer<typeof ladderStep>
export const contactChannel = z.enum(['phone', 'visit', 'video', 'sms', 'wechat', 'letter', 'other'])

export const taskSummary = z.object({
  id,
  kind: taskKind,
  level: z.number().int().nullable(),
  title: z.string(),
  status: taskStatus,
  priority: z.enum(['routine', 'urgent', 'stat']),
  reason: orderReason,
  /** Reasons for its position in the list, and hints on the best time; empty when finished. */
  standing: z.array(listReason),
  /** Null, like the name, for a task about an organisation or about nobody. */
  personId: id.nullable(),
  personName: z.string().nullable(),
  sex,
  ...ages,
  phone: z.string().nullable(),
  groupId: id.nullable(),
  groupName: z.string().nullable(),
  /** Its subject; a visit is given by `encounterId`. */
  subject: z.object({ kind: z.string(), id }).nullable(),
  encounterId: id.nullable(),
  siteName: z.string(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  conditionText: z.string().nullable(),
  dischargedAt: timestamp.nullable(),
  assigneeRole: z.string(),
  assigneeStaffId: id.nullable(),
  assigneeName: z.string().nullable(),
  startAt: timestamp,
  dueAt: timestamp,
  nextAttemptAt: timestamp.nullable(),
  attempts: z.number().int(),
  ladderStep,
  outcome: outcome.nullable(),
  completedAt: timestamp.nullable(),
  /** Null while the task is open. */
  proof: proofClass.nullable(),
  heldByName: z.string().nullable(),
  heldByMe: z.boolean(),
  /** The person submitted the answers by a link; they only need review. */
  answeredByPerson: z.boolean(),
  /** What a red flag is about, in few words each. */
  redFlags: z.array(localized),
  /** A red flag on somebody else's list: it can be read, and that person reminded. */
  ofOthers: z.boolean(),
})
export type TaskSummary = z.infer<typeof taskSummary>

/** The next times in which calls may be made, the first of which may have begun. */
const callingHours = z.array(z.object({ from: timestamp, to: timestamp }))
export type CallingHours = z.infer<typeof callingHours>

export const taskView = z.enum(['todo', 'overdue', 'waiting', 'done', 'all'])

export const listTasks = route({
  method: 'get',
  path: '/tasks',
  permission: 'task.read',
  summary:
    'Work list in priority order: red flags, then by due time; `waiting` = next attempt lies in the future',
  personal: ['search'],
  query: listQuery('person', 'title', 'department', 'assignee', 'discharged', 'due').extend({
    view: taskView.default('todo'),
    /** `mine`: tasks the user may work now; `team`: everything in scope. */
    whose: z.enum(['mine', 'team']).default('mine'),
    level: many(z.coerce.number().int().min(1).max(3)),
    kind: many(taskKind),
    departmentId: id.optional(),
    assigneeStaffId: id.optional(),
    personId: id.optional(),
    search: z.string().trim().max(100).optional(),
    /** Days of discharge, both inclusive, in the site's time. */
    dischargedFrom: calendarDate.optional(),
    dischargedTo: calendarDate.optional(),
    /** Part of the diagnosis of the stay. */
    condition: z.string().trim().max(100).optional(),
    /** Doctor in charge of the stay. */
    attendingStaffId: id.optional(),
  }),
  response: page(taskSummary),
  example: { query: { view: 'overdue', whose: 'team', sort: '-due' } },
})

export const countTasks = route({
  method: 'get',
  path: '/tasks/counts',
  permission: 'task.read',
  summary: 'How many tasks in each view, and my progress today',
  query: z.object({ whose: z.enum(['mine', 'team']).default('mine') }),
  response: z.object({
    todo: z.number().int(),
    overdue: z.number().int(),
    waiting: z.number().int(),
    redFlags: z.number().int(),
    doneToday: z.number().int(),
    dailyGoal: z.number().int(),
    callingHours,
  }),
})

export const attempt = z.object({
  id,
  number: z.number().int(),
  at: timestamp,
  staffName: z.string(),
  channel: contactChannel,
  ladderStep,
  outcome,
  note: z.string().nullable(),
  callBackAt: timestamp.nullable(),
  durationSeconds: z.number().int().nullable(),
  /** The relative who was called instead of the person. */
  callee: z.object({ relation: z.string(), name: z.string() }).nullable(),
})

const evidenceText = z.string().trim().min(1).max(200)
/** Evidence added by a user; required fields depend on the kind. */
export const evidenceBody = z
  .object({
    kind: proofClass.exclude(['stated']),
    /** Call number of the telephone system, document number, or how the person replied. */
    reference: evidenceText.optional(),
    /** Where a visit took place. */
    place: evidenceText.optional(),
    at: timestamp.optional(),
    durationSeconds: z.number().int().min(0).max(86400).optional(),
  })
  .superRefine(({ kind, reference, place, at }, context) => {
    const needs = (path: string) =>
      context.addIssue({ code: 'custom', path: [path], message: 'is needed for this kind' })
    if (kind !== 'visit-note' && !reference) needs('reference')
    if (kind === 'visit-note' && !place) needs('place')
    if ((kind === 'visit-note' || kind === 'reply') && !at) needs('at')
  })

const evidence = z.object({
  /** Null: derived evidence (the desk timed the call, the person answered a questionnaire). */
  id: id.nullable(),
  kind: proofClass.exclude(['stated']),
  reference: z.string().nullable(),
  place: z.string().nullable(),
  at: timestamp.nullable(),
  durationSeconds: z.number().int().nullable(),
  recordedByName: z.string().nullable(),
  withdrawn: z.object({ at: timestamp, byName: z.string(), reason: z.string() }).nullable(),
  mayWithdraw: z.boolean(),
})
export type Evidence = z.infer<typeof evidence>

/** A dangerous answer as it was given. */
const alarm = z.object({
  text: localized,
  /** Null for a total score. */
  line: answerLine.nullable(),
  source: z.enum(['staff', 'person']),
  /** The member of staff who wrote it down. */
  byName: z.string().nullable(),
  at: timestamp,
})
export type Alarm = z.infer<typeof alarm>

export const taskDetail = taskSummary.extend({
  description: z.string().nullable(),
  version: z.number().int(),
  enrollmentId: id.nullable(),
  pathwayName: z.string().nullable(),
  /** Null when the person is outside the reader's reach. */
  card: personCard.nullable(),
  /** Attempts of the current ladder step: allowed and made. */
  attemptsAllowed: z.number().int(),
  attemptsMade: z.number().int(),
  /** The outcome of a task closed without a contact. */
  resultNote: z.string().nullable(),
  attemptList: z.array(attempt),
  alarms: z.array(alarm),
  /** When somebody last reminded the owner of this red flag. */
  remindedAt: timestamp.nullable(),
  evidence: z.array(evidence),
  questionnaire: questionnaireDefinition.nullable(),
  response: z
    .object({
      id,
      status: z.enum(['in-progress', 'completed']),
      answers,
      score: z.number().nullable(),
      source: z.enum(['staff', 'person']),
      /** `voice`: said to the machine that called. */
      channel: z.literal('voice').nullable(),
      given: givenAnswers.nullable(),
      updatedAt: timestamp,
    })
    .nullable(),
  /** The gate's verdict on calling or visiting now. */
  contact: contactVerdict,
  callingHours,
  /** A call that the desk timed as shorter than this is no proof. */
  shortCallSeconds: z.number().int(),
  abilities: z.object({
    work: z.boolean(),
    /** It may be closed without the outcome of a contact. */
    complete: z.boolean(),
    assign: z.boolean(),
    reopen: z.boolean(),
    /** The result is final and may be given evidence. */
    prove: z.boolean(),
    /** An open red flag of somebody else: its owner may be reminded. */
    remind: z.boolean(),
  }),
})
export type TaskDetail = z.infer<typeof taskDetail>

export const getTask = route({
  method: 'get',
  path: '/tasks/{id}',
  permission: 'task.read',
  summary: 'One task with script, attempts and answers so far',
  params: idParams,
  response: taskDetail,
})

export const holdTask = route({
  method: 'post',
  path: '/tasks/{id}/hold',
  permission: 'task.work',
  summary:
    'Take the task so that nobody else works it (15 minutes, prolonged by every save); 409 when another holds it',
  params: idParams,
  response: taskDetail,
})

export const holdTaskAnyway = route({
  method: 'post',
  path: '/tasks/{id}/hold-anyway',
  permission: 'task.work',
  summary:
    'Take a task although the person must not be contacted: they turned to us themselves, or only the result is written down',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  response: taskDetail,
})

export const remindOwner = route({
  method: 'post',
  path: '/tasks/{id}/remind',
  permission: 'task.work',
  summary: 'Remind the owner of an open red flag, on their screen and on the timeline',
  params: idParams,
  response: taskDetail,
})

export const releaseTask = route({
  method: 'post',
  path: '/tasks/{id}/release',
  permission: 'task.work',
  summary: 'Give the task back to the list',
  params: idParams,
  status: 204,
})

export const takeNextTask = route({
  method: 'post',
  path: '/tasks/next',
  permission: 'task.work',
  summary:
    'Hold and return the first task of my list, or of the team’s without red flags of others; null when nothing is due',
  body: z.object({
    afterTaskId: id.optional(),
    level: z.number().int().min(1).max(3).optional(),
    whose: z.enum(['mine', 'team']).default('mine'),
  }),
  response: z.object({ task: taskDetail.nullable() }),
})

export const assignTasks = route({
  method: 'post',
  path: '/tasks/assign',
  permission: 'task.assign',
  summary: 'Give tasks to a colleague; with dryRun only counts',
  body: z.object({
    taskIds: z.array(id).min(1).max(500),
    staffId: id.nullable(),
    reason: z.string().trim().max(200).optional(),
    dryRun: z.boolean().default(false),
  }),
  response: z.object({
    changed: z.number().int(),
    skipped: z.number().int(),
    /** For the undo; null when nothing moved. */
    handOverId: id.nullable(),
  }),
})
