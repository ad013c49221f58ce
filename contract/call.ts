import { z } from 'zod'
import { presences } from './line.ts'
import { personDetail } from './person.ts'
import { countedQuery, id, idParams, many, page, route, timestamp } from './route.ts'
import { taskSummary } from './task.ts'
import { callDirections } from './telephony.ts'

/** `missed`: nobody answered, whoever of the two hung up. */
export const callStates = ['waiting', 'ringing', 'talking', 'held', 'ended', 'missed'] as const
export const callState = z.enum(callStates)
export type CallState = z.infer<typeof callState>

/** What a call was about or came to, chosen when it is wrapped up. */
export const dispositions = [
  'resolved',
  'follow-up-done',
  'appointment',
  'consultation',
  'complaint',
  'call-back',
  'transferred',
  'wrong-number',
  'no-answer',
  'other',
] as const

const leg = z.object({
  extension: z.string().nullable(),
  userId: z.string().nullable(),
  userName: z.string().nullable(),
  ringingAt: timestamp.nullable(),
  answeredAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
})

export const callSummary = z.object({
  id,
  direction: z.enum(callDirections).nullable(),
  state: callState,
  /** Masked; null: withheld. */
  number: z.string().nullable(),
  queue: z.string().nullable(),
  personId: id.nullable(),
  personName: z.string().nullable(),
  taskId: id.nullable(),
  startedAt: timestamp,
  answeredAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** Seconds until it was answered, or until the caller gave up. */
  waitedSeconds: z.number().int().nullable(),
  talkedSeconds: z.number().int().nullable(),
  /** Who spoke, or whose telephone rang last. */
  agentName: z.string().nullable(),
  disposition: z.enum(dispositions).nullable(),
  note: z.string().nullable(),
  hasRecording: z.boolean(),
})
export type CallSummary = z.infer<typeof callSummary>

export const listCalls = route({
  method: 'get',
  path: '/calls',
  permission: 'call.read',
  summary: 'Calls within reach, newest first',
  query: countedQuery.extend({
    direction: many(z.enum(callDirections)),
    state: many(z.enum(['live', 'answered', 'missed'])),
    disposition: many(z.enum(dispositions)),
    /** Only those that rang at my telephone. */
    mine: z.stringbool().optional(),
    siteId: id.optional(),
    personId: id.optional(),
    taskId: id.optional(),
    from: timestamp.optional(),
    to: timestamp.optional(),
  }),
  response: page(callSummary),
})

const appointment = z.object({ id, startsAt: timestamp, departmentName: z.string() })

/** Somebody with the number of a call, and what an agent has to know before "hello". */
const caller = personDetail
  .pick({
    id: true,
    name: true,
    sex: true,
    birthDate: true,
    ageYears: true,
    age: true,
    tags: true,
    lastVisitAt: true,
    lastDepartmentName: true,
    lastConditionText: true,
  })
  .extend({
    /** Whose number it is: the person's own, or how they are related to the patient. */
    as: z.object({
      kind: z.enum(['own', 'relative', 'chosen']),
      relation: z.string().nullable(),
      name: z.string().nullable(),
    }),
    lastContact: z.object({ at: timestamp, kind: z.string(), outcome: z.string().nullable() }).nullable(),
    tasks: z.array(
      taskSummary
        .pick({ id: true, kind: true, level: true, title: true, dueAt: true, heldByName: true })
        .extend({
          /** The reader may take it. */
          mayWork: z.boolean(),
        }),
    ),
    nextAppointment: appointment.nullable(),
    /** Complaints, requests and the like that are not closed, for readers of cases. */
    openCases: z.number().int(),
  })
export type Caller = z.infer<typeof caller>

export const callDetail = callSummary.extend({
  accountId: id,
  siteId: id,
  legs: z.array(leg),
  /** Who has this number, the linked person alone once there is one. */
  callers: z.array(caller),
  /** How many more there are than the ten listed. */
  moreCallers: z.number().int(),
  /** What the reader may do. */
  abilities: z.object({ work: z.boolean(), reveal: z.boolean(), listen: z.boolean() }),
})
export type CallDetail = z.infer<typeof callDetail>

export const getCall = route({
  method: 'get',
  path: '/calls/{id}',
  permission: 'call.read',
  summary: 'A call, who has its number, and what to know of them',
  params: idParams,
  response: callDetail,
})

export const revealCallNumber = route({
  method: 'post',
  path: '/calls/{id}/number',
  permission: 'person.reveal',
  summary: 'The number in full; logged with its reason',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(1).max(200) }),
  response: z.object({ number: z.string() }),
})

export const linkCall = route({
  method: 'post',
  path: '/calls/{id}/person',
  permission: 'call.work',
  summary: 'Say who the call is with; null: nobody known',
  params: idParams,
  body: z.object({ personId: id.nullable() }),
  response: callDetail,
})

export const workInCall = route({
  method: 'post',
  path: '/calls/{id}/task',
  permission: 'call.work',
  summary: 'Work on a task in this call: its record becomes the evidence of the result',
  params: idParams,
  body: z.object({ taskId: id }),
  response: callDetail,
})

export const controlCall = route({
  method: 'post',
  path: '/calls/{id}/control',
  permission: 'call.work',
  summary: 'Hold, resume, hang up or hand over a call of mine',
  params: idParams,
  body: z
    .object({
      act: z.enum(['hold', 'resume', 'hang-up', 'transfer']),
      /** With `transfer`: a colleague with a telephone. */
      userId: z.string().min(1).max(64).optional(),
    })
    .refine(({ act, userId }) => act !== 'transfer' || userId !== undefined, {
      path: ['userId'],
      message: 'is needed for this act',
    }),
  status: 202,
  response: z.object({ commandId: id }),
})

export const superviseCall = route({
  method: 'post',
  path: '/calls/{id}/supervise',
  permission: 'call.supervise',
  summary: 'Listen to a running call, whisper to the agent, or join it; logged',
  params: idParams,
  body: z.object({ act: z.enum(['listen', 'whisper', 'barge']) }),
  status: 202,
  response: z.object({ commandId: id }),
})

export const wrapUpCall = route({
  method: 'post',
  path: '/calls/{id}/wrap-up',
  permission: 'call.work',
  summary: 'What the call came to; frees the agent',
  params: idParams,
  body: z.object({
    disposition: z.enum(dispositions),
    note: z.string().trim().max(2000).default(''),
  }),
  response: callDetail,
})

export const playRecording = route({
  method: 'get',
  path: '/calls/{id}/recording',
  permission: 'call.listen',
  summary: 'The recording of a call; logged',
  params: idParams,
  produces: 'audio/wav',
})

export const listColleagues = route({
  method: 'get',
  path: '/calls/colleagues',
  permission: 'call.work',
  summary: 'Who sits at a telephone of my telephone system, and whether they are free',
  response: z.object({
    items: z.array(
      z.object({
        userId: z.string(),
        name: z.string(),
        extension: z.string(),
        presence: z.enum(presences),
        talking: z.boolean(),
      }),
    ),
  }),
})

export const getCallWall = route({
  method: 'get',
  path: '/calls/wall',
  permission: 'call.supervise',
  summary: 'The call centre now, and today so far, by site',
  query: z.object({ siteId: id.optional() }),
  response: z.object({
    at: timestamp,
    waiting: z.number().int(),
    longestWaitSeconds: z.number().int().nullable(),
    /** Inbound calls of today that have ended or were answered. */
    today: z.object({
      offered: z.number().int(),
      answered: z.number().int(),
      /** Ended unanswered after the short-abandon time. */
      abandoned: z.number().int(),
      /** Answered within the seconds of the setting. */
      inTime: z.number().int(),
      averageAnswerSeconds: z.number().nullable(),
      averageTalkSeconds: z.number().nullable(),
    }),
    target: z.object({ seconds: z.number().int(), percent: z.number().int() }),
    agents: z.array(
      z.object({
        userId: z.string(),
        name: z.string(),
        extension: z.string(),
        presence: z.enum(presences),
        presenceSince: timestamp,
        callId: id.nullable(),
        callSince: timestamp.nullable(),
        answeredToday: z.number().int(),
      }),
    ),
    calls: z.array(callSummary),
  }),
})
export type CallWall = z.output<(typeof getCallWall)['response']>
