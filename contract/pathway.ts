import { z } from 'zod'
import { schedule } from './schedule.ts'
import { stopRule } from './stop-rule.ts'
import { eventKind } from './timeline.ts'
import { condition } from './questionnaire.ts'
import { designBody, id, idParams, listQuery, page, route, timestamp } from './route.ts'
import { writtenChannels } from './message.ts'
import { taskKind } from './task.ts'

/** A number, or the name of a pathway variable (fixed for each person at enrolment). */
const quantity = z.union([z.number().min(0).max(100_000), z.strictObject({ var: z.string() })])

/** A time span; working days follow the site's calendar. */
const duration = z.strictObject({
  value: quantity,
  unit: z.enum(['minutes', 'hours', 'days', 'working-days']),
})

/** Allowed local hours `[from, to)`, in the site's time zone. */
const hoursOfDay = z.strictObject({
  from: z.number().int().min(0).max(23),
  to: z.number().int().min(1).max(24),
  workingDaysOnly: z.boolean().default(false),
})

const stepBase = {
  /** Steps of a sub-pathway are prefixed with the key of the step that runs it: `wound/call`. */
  key: z.string().min(1).max(120),
  title: z.string().max(100),
  next: z.string().nullable(),
}

/** Who a pathway can give a task to, at the place of the task. */
export const stepAssignees = [
  'attending-doctor',
  'doctor',
  'head-nurse',
  'nurse',
  'department-head',
  'service-centre',
  'outreach',
] as const

export const pathwayStep = z.discriminatedUnion('kind', [
  z.strictObject({
    ...stepBase,
    kind: z.literal('wait'),
    /**
     * Counted from the entry event (such as the discharge), from the moment this step is reached, or from a time of the subject
     * (`subject.start`): when that time moves, so does the end of the wait.
     */
    since: z.union([z.enum(['entry', 'here']), z.string().regex(/^subject\.[a-z][a-zA-Z]*$/)]),
    for: duration,
    /** The wait ends before that time instead of after it. */
    before: z.boolean().optional(),
    /** Skips the next step if the time had already passed when the wait was reached: no reminder for past events. */
    late: z.literal('skip').optional(),
    at: hoursOfDay.optional(),
  }),
  z.strictObject({
    ...stepBase,
    kind: z.literal('branch'),
    when: condition,
    otherwise: z.string().nullable(),
  }),
  z.strictObject({
    ...stepBase,
    kind: z.literal('task'),
    task: taskKind.exclude(['spot-check', 'spot-check-review']),
    level: z.number().int().min(1).max(3).optional(),
    /** A role at the place of the task, or a list of the site with a name of its own (`queue:appointments`). */
    assignee: z.union([
      z.enum(stepAssignees),
      z.templateLiteral(['queue:', z.string().regex(/^[a-z][a-z-]{1,39}$/)]),
    ]),
    dueSince: z.enum(['entry', 'here']).default('entry'),
    dueIn: duration,
    questionnaire: z.string().optional(),
    priority: z.enum(['routine', 'urgent', 'stat']).default('routine'),
    description: z.string().max(1000).optional(),
    /** `result`: the pathway waits for the task's result; `nothing`: it continues at once. */
    waitFor: z.enum(['result', 'nothing']).default('nothing'),
    /** A machine calls first and asks the questionnaire by telephone keys; people call where it gets no answer. */
    machineFirst: z.boolean().optional(),
  }),
  z.strictObject({
    ...stepBase,
    kind: z.literal('message'),
    channel: z.enum(writtenChannels),
    purpose: z.enum(['clinical', 'service', 'marketing']),
    /** Code of a published template, which then has subject and text, by the person's language. */
    template: z.string().max(60).optional(),
    /** Waits for the hour in which the person answers best, where that is known; nothing clinical waits. */
    bestHour: z.boolean().optional(),
    subject: z.string().max(200).default(''),
    body: z.string().max(5000).default(''),
  }),
  z.strictObject({
    ...stepBase,
    kind: z.literal('questionnaire'),
    questionnaire: z.string(),
    assignee: z.enum(['attending-doctor', 'nurse', 'service-centre']),
    dueIn: duration,
  }),
  z.strictObject({
    ...stepBase,
    /** Runs the steps of another published pathway, then continues. */
    kind: z.literal('pathway'),
    /** Its code. */
    pathway: z.string().max(60),
    /** The version that runs, set when this pathway is published. */
    version: z.number().int().optional(),
  }),
  z.strictObject({
    ...stepBase,
    /** An act registered by another module, such as booking an appointment. */
    kind: z.literal('act'),
    act: z.string().max(60),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({ ...stepBase, kind: z.literal('stop'), reason: z.string().max(100) }),
])
export type PathwayStep = z.infer<typeof pathwayStep>

/** The possible next steps of a step. */
export function successors(step: PathwayStep): (string | null)[] {
  return step.kind === 'branch' ? [step.next, step.otherwise] : step.kind === 'stop' ? [] : [step.next]
}

/** Variants of a trial. */
export const variants = ['A', 'B', 'C', 'D'] as const
export const heldOut = 'hold-out'

export const pathwayDefinition = z.object({
  /** Source of timing and questions: a guideline or rule. */
  source: z.string().max(600).optional(),
  purpose: z.enum(['clinical', 'service', 'marketing']),
  entry: z.object({
    /** An event of the person or of a subject, including entering or leaving a segment. Null: by the calendar, by hand or by API only. */
    event: eventKind.nullable(),
    /** Everybody who meets `when`, on certain days. */
    calendar: schedule.optional(),
    when: condition.optional(),
    /** Maximum age of an event in days: loading history must not start outdated work. */
    maxAgeDays: z.number().int().min(0).max(3650).default(30),
    /** Minimum gap before the same person may enter again about the same subject, 0: as soon as the last time is over; without it, once per subject. */
    again: z.strictObject({ afterDays: z.number().int().min(0).max(3650) }).optional(),
    /** About the person alone, whatever the event is about. */
    alone: z.literal(true).optional(),
    /** Only persons of this site. */
    siteId: id.optional(),
    /** With a calendar: at most so many persons an hour, so that calls and answers can be handled. */
    perHour: z.number().int().min(1).max(1_000_000).optional(),
    /**
     * A controlled trial: by a draw that is fixed for person and pathway, the share `holdOut` is only observed, and the others are spread
     * over the first `variants` of {@link variants}, which branches ask for as `enrollment.variant`.
     */
    trial: z
      .strictObject({
        holdOut: z.number().min(0).max(0.9),
        variants: z.number().int().min(1).max(variants.length),
      })
      .optional(),
  }),
  /** Numbers that steps refer to; `setting` is read when a person enters. */
  variables: z.record(
    z.string(),
    z.union([z.strictObject({ setting: z.string() }), z.strictObject({ value: z.number() })]),
  ),
  /** Stop rules of open enrolments. */
  stopOn: z.array(stopRule).max(50),
  /** A notice to everybody in danger: its messages go out whatever the gate says, except to the dead. Only campaigns, with two approvals. */
  emergency: z.literal(true).optional(),
  start: z.string(),
  steps: z.array(pathwayStep).min(1).max(200),
})
export type PathwayDefinition = z.infer<typeof pathwayDefinition>

const pathwaySummary = z.object({
  id,
  code: z.string(),
  name: z.string(),
  active: z.boolean(),
  /** Null, like the two below, if never published. */
  version: z.number().int().nullable(),
  versionId: id.nullable(),
  purpose: z.string(),
  publishedAt: timestamp.nullable(),
  /** When the draft was last saved; null: no draft. */
  draftSavedAt: timestamp.nullable(),
  /** A request for publication by a second person is pending. */
  draftAsked: z.boolean(),
  openEnrollments: z.number().int(),
  completedEnrollments: z.number().int(),
  stoppedEnrollments: z.number().int(),
})
export type PathwaySummary = z.infer<typeof pathwaySummary>

const problem = z.object({ step: z.string().nullable(), message: z.string() })
export type PathwayProblem = z.infer<typeof problem>

export const listPathways = route({
  method: 'get',
  path: '/pathways',
  permission: 'pathway.read',
  summary: 'Pathways with their current version and how many persons are on them',
  response: z.object({ items: z.array(pathwaySummary) }),
})

export const pathwayDetail = pathwaySummary.extend({
  /** The definition in force, or the draft of a pathway that was never published. */
  definition: pathwayDefinition,
  /** Publishing needs somebody who did not write the draft. */
  secondPerson: z.boolean(),
  versions: z.array(
    z.object({
      id,
      version: z.number().int(),
      publishedAt: timestamp,
      publishedByName: z.string().nullable(),
      openEnrollments: z.number().int(),
    }),
  ),
})
export type PathwayDetail = z.infer<typeof pathwayDetail>

export const getPathway = route({
  method: 'get',
  path: '/pathways/{id}',
  permission: 'pathway.read',
  summary: 'A pathway with its definition and versions',
  params: idParams,
  response: pathwayDetail,
})

export const validatePathway = route({
  method: 'post',
  path: '/pathways/validate',
  permission: 'pathway.write',
  summary: 'Check a definition: names the step and the fix',
  largestBody: designBody,
  body: z.object({
    definition: pathwayDefinition,
    /** The pathway being checked, so that it does not run itself. */
    pathwayId: id.optional(),
  }),
  response: z.object({ problems: z.array(problem) }),
})

export const pathwayName = z.string().trim().min(1).max(100)

export const updatePathway = route({
  method: 'patch',
  path: '/pathways/{id}',
  permission: 'pathway.write',
  summary: 'Switch entry into a pathway on or off (persons on it go on), or rename it',
  params: idParams,
  body: z.object({ active: z.boolean(), name: pathwayName }).partial(),
  response: pathwayDetail,
})

export const enrollmentStatus = z.enum([
  'active',
  'waiting',
  'blocked',
  'completed',
  'stopped',
  /** Only observed, in the comparison group of a trial. */
  'held-out',
])

/** Subject of an enrolment or a task, besides its person. */
export const subject = z.strictObject({ kind: z.string().max(40), id })

const enrollmentSummary = z.object({
  id,
  pathwayId: id,
  pathwayName: z.string(),
  version: z.number().int(),
  /** Null: of an organisation. */
  personId: id.nullable(),
  groupId: id.nullable(),
  /** Of the person or the organisation. */
  name: z.string(),
  encounterId: id.nullable(),
  /** Its subject. */
  subject: subject.extend({ words: z.string().nullable() }).nullable(),
  status: enrollmentStatus,
  stepKey: z.string().nullable(),
  stepTitle: z.string().nullable(),
  dueAt: timestamp.nullable(),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
  stopReason: z.string().nullable(),
})
export type EnrollmentSummary = z.infer<typeof enrollmentSummary>

export const listEnrollments = route({
  method: 'get',
  path: '/enrollments',
  permission: 'enrollment.read',
  summary: 'Who is on which pathway, at which step',
  query: listQuery('person', 'pathway', 'due', 'started').extend({
    pathwayId: id.optional(),
    personId: id.optional(),
    groupId: id.optional(),
    status: enrollmentStatus.optional(),
  }),
  response: page(enrollmentSummary),
})

export const createEnrollment = route({
  method: 'post',
  path: '/enrollments',
  permission: 'enrollment.write',
  summary: 'Put a person or an organisation on a pathway by hand, alone or about a subject',
  body: z
    .object({
      pathwayId: id,
      personId: id.nullable().default(null),
      groupId: id.nullable().default(null),
      encounterId: id.nullable().default(null),
      subject: subject.nullable().default(null),
      /** The place, if nothing else determines it. */
      siteId: id.nullable().default(null),
    })
    .refine((one) => (one.personId === null) !== (one.groupId === null), {
      path: ['personId'],
      message: 'either a person or an organisation',
    }),
  response: enrollmentSummary,
  status: 201,
})

export const resumeEnrollment = route({
  method: 'post',
  path: '/enrollments/{id}/resume',
  permission: 'enrollment.write',
  summary: 'Let an enrolment that a dispute stopped go on where it was, with its tasks and messages',
  params: idParams,
  response: enrollmentSummary,
})

export const stopEnrollment = route({
  method: 'post',
  path: '/enrollments/{id}/stop',
  permission: 'enrollment.write',
  summary: 'Take a person off a pathway; open tasks of it are cancelled',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  response: enrollmentSummary,
})
