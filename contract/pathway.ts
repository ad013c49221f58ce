import { z } from 'zod'
import { schedule } from './schedule.ts'
import { stopRule } from './stop-rule.ts'
import { eventKind } from './timeline.ts'
import { condition } from './questionnaire.ts'
import { id, idParams, page, pageQuery, route, timestamp } from './route.ts'
import { messageChannels } from './message.ts'
import { taskKind } from './task.ts'

/** A number written in the pathway, or the name of one of its variables (fixed for each person at enrolment). */
const quantity = z.union([z.number().min(0).max(100_000), z.strictObject({ var: z.string() })])

/** A time span; working days follow the site's calendar. */
const duration = z.strictObject({
  value: quantity,
  unit: z.enum(['minutes', 'hours', 'days', 'working-days']),
})

/** Local hours `[from, to)` at which something may happen, in the site's time zone. */
const hoursOfDay = z.strictObject({
  from: z.number().int().min(0).max(23),
  to: z.number().int().min(1).max(24),
  workingDaysOnly: z.boolean().default(false),
})

const stepBase = {
  /** Steps of a sub-pathway have the key of the step that runs it in front: `wound/call`. */
  key: z.string().min(1).max(120),
  title: z.string().max(100),
  next: z.string().nullable(),
}

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
    /** It ends so long before that time instead of after it. */
    before: z.boolean().optional(),
    /** The step after it is left out when that moment had passed before this one was reached: no reminder for what is over. */
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
      z.enum([
        'attending-doctor',
        'doctor',
        'head-nurse',
        'nurse',
        'department-head',
        'service-centre',
        'outreach',
      ]),
      z.templateLiteral(['queue:', z.string().regex(/^[a-z][a-z-]{1,39}$/)]),
    ]),
    dueSince: z.enum(['entry', 'here']).default('entry'),
    dueIn: duration,
    questionnaire: z.string().optional(),
    priority: z.enum(['routine', 'urgent', 'stat']).default('routine'),
    description: z.string().max(1000).optional(),
    /** `result`: the pathway waits for the task's result; `nothing`: it goes on at once. */
    waitFor: z.enum(['result', 'nothing']).default('nothing'),
  }),
  z.strictObject({
    ...stepBase,
    kind: z.literal('message'),
    channel: z.enum(messageChannels),
    purpose: z.enum(['clinical', 'service', 'marketing']),
    subject: z.string().max(200),
    body: z.string().max(5000),
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
    /** Runs the steps of another published pathway; where that one ends, this one goes on. */
    kind: z.literal('pathway'),
    /** Its code. */
    pathway: z.string().max(60),
    /** The version that runs, set when this pathway is published. */
    version: z.number().int().optional(),
  }),
  z.strictObject({
    ...stepBase,
    /** What another module registered as an act of pathways, such as booking an appointment. */
    kind: z.literal('act'),
    act: z.string().max(60),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({ ...stepBase, kind: z.literal('stop'), reason: z.string().max(100) }),
])
export type PathwayStep = z.infer<typeof pathwayStep>

/** Where a step can lead. */
export function successors(step: PathwayStep): (string | null)[] {
  return step.kind === 'branch' ? [step.next, step.otherwise] : step.kind === 'stop' ? [] : [step.next]
}

export const pathwayDefinition = z.object({
  /** The guideline or rule that timing and questions come from. */
  source: z.string().max(600).optional(),
  purpose: z.enum(['clinical', 'service', 'marketing']),
  entry: z.object({
    /** An event of the person or of a subject, also that they entered or left a segment. Null: by the calendar, by hand or by API only. */
    event: eventKind.nullable(),
    /** Everybody for whom `when` holds, on certain days. */
    calendar: schedule.optional(),
    when: condition.optional(),
    /** Older events do not enter: a historical load must not start work whose time has passed. Days. */
    maxAgeDays: z.number().int().min(0).max(3650).default(30),
    /** The same person enters again about the same subject, but not sooner after the last time; without it once for each subject. */
    again: z.strictObject({ afterDays: z.number().int().min(1).max(3650) }).optional(),
  }),
  /** Numbers that steps refer to; `setting` is read when a person enters. */
  variables: z.record(
    z.string(),
    z.union([z.strictObject({ setting: z.string() }), z.strictObject({ value: z.number() })]),
  ),
  /** What ends every open enrolment in this pathway. */
  stopOn: z.array(stopRule).max(50),
  start: z.string(),
  steps: z.array(pathwayStep).min(1).max(200),
})
export type PathwayDefinition = z.infer<typeof pathwayDefinition>

const pathwaySummary = z.object({
  id,
  code: z.string(),
  name: z.string(),
  active: z.boolean(),
  /** Null, as the two below: never published. */
  version: z.number().int().nullable(),
  versionId: id.nullable(),
  purpose: z.string(),
  publishedAt: timestamp.nullable(),
  /** When the draft was saved last; null: there is none. */
  draftSavedAt: timestamp.nullable(),
  /** Somebody waits for a second person to publish it. */
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
  /** What is in force; of a pathway never published its draft. */
  definition: pathwayDefinition,
  /** Publishing takes somebody who did not write the draft. */
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
  summary: 'Check a definition: names the step and what to mend',
  body: z.object({
    definition: pathwayDefinition,
    /** Whose definition it is, so that it does not run itself. */
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

export const enrollmentStatus = z.enum(['active', 'waiting', 'blocked', 'completed', 'stopped'])

/** What an enrolment or a task is about besides its person. */
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
  /** What it is about besides. */
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
  query: pageQuery.extend({
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
      /** Where it happens, when nothing else says. */
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
