import { z } from 'zod'
import { countedQuery, id, idParams, many, page, route, timestamp } from './route.ts'

/** Bytes; a frame over MLLP may be larger. */
const largestMessage = 12 * 1024 * 1024

/**
 * `received`: stored and acknowledged, not yet applied. `applied`. `dead`: could not be applied, has a reason and a replay button.
 * `ignored`: valid, but without effect here. `rejected`: refused on the wire with AR / AE.
 */
export const intakeStatus = z.enum(['received', 'applied', 'dead', 'ignored', 'rejected'])

/** Why something in a message that was applied could not be used. */
export const intakeNoteKinds = [
  'not-a-date',
  'not-a-time',
  'not-a-number',
  'incomplete',
  'in-the-future',
  'contradiction',
  'unknown-code',
  'unknown-charset',
  'missing',
] as const
export const intakeNote = z.object({
  kind: z.enum(intakeNoteKinds),
  /** Segment and field, such as `OBX[3]-14`. */
  location: z.string(),
  /** What stands there, if it is a date, a number or a short code; else null, for it may be a name. */
  value: z.string().nullable(),
})
export type IntakeNote = z.infer<typeof intakeNote>

const intakeMessage = z.object({
  id,
  receivedAt: timestamp,
  sender: z.string(),
  facility: z.string(),
  controlId: z.string(),
  messageType: z.string(),
  status: intakeStatus,
  reason: z.string().nullable(),
  /** Segment and field the reason is about, such as `PID-3`. */
  location: z.string().nullable(),
  personId: id.nullable(),
  /** What of an applied message could not be used. */
  notes: z.array(intakeNote),
  attempts: z.number().int(),
  appliedAt: timestamp.nullable(),
  /** How many times the sender sent the same message again. */
  duplicates: z.number().int(),
  bytes: z.number().int(),
  /** The message of which this is an edited copy. */
  correctsId: id.nullable(),
  /** The edited copy that was applied instead of this one. */
  correctedById: id.nullable(),
})
export type IntakeMessage = z.infer<typeof intakeMessage>

export const listIntakeMessages = route({
  method: 'get',
  path: '/intake/messages',
  permission: 'intake.read',
  summary: 'What arrived from the hospital systems, newest first',
  personal: ['text'],
  query: countedQuery.extend({
    status: many(intakeStatus),
    messageType: z.string().max(20).optional(),
    sender: z.string().max(100).optional(),
    facility: z.string().max(100).optional(),
    controlId: z.string().max(200).optional(),
    /** Applied, but something of this kind could not be used. */
    note: z.enum(intakeNoteKinds).optional(),
    /** The field that could not be used, such as `PID-7`, whichever of equal segments it is in. */
    noteAt: z.string().max(20).optional(),
    /** Text within the message; needs the right to see it unmasked (`intake.replay`), searches the newest 100,000 messages. */
    text: z.string().trim().min(2).max(100).optional(),
  }),
  response: page(intakeMessage),
})

export const getIntakeMessage = route({
  method: 'get',
  path: '/intake/messages/{id}',
  permission: 'intake.read',
  summary: 'One message with its segments; names, numbers and addresses masked',
  params: idParams,
  response: intakeMessage.extend({ charset: z.string(), segments: z.array(z.string()) }),
})

export const replayIntakeMessages = route({
  method: 'post',
  path: '/intake/messages/replay',
  permission: 'intake.replay',
  summary: 'Try dead letters again',
  body: z.object({ ids: z.array(id).min(1).max(1000) }),
  response: z.object({ replayed: z.number().int() }),
})

export const revealIntakeMessage = route({
  method: 'post',
  path: '/intake/messages/{id}/reveal',
  permission: 'intake.replay',
  summary: 'Show one message as it came, to correct it; the look is logged with its reason',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(2).max(200) }),
  response: z.object({ text: z.string(), charset: z.string() }),
})

export const correctIntakeMessage = route({
  method: 'post',
  path: '/intake/messages/{id}/corrections',
  largestBody: largestMessage,
  permission: 'intake.replay',
  summary: 'Apply an edited copy of a dead letter; the original is kept beside it',
  params: idParams,
  body: z.object({
    message: z.string().min(8).max(10_000_000),
    reason: z.string().trim().min(2).max(200),
  }),
  response: z.object({ id }),
  status: 201,
})

export const getIntakeOverview = route({
  method: 'get',
  path: '/intake/overview',
  permission: 'intake.read',
  summary: 'Live rate, backlog and the state of each sender',
  response: z.object({
    backlog: z.number().int(),
    oldestWaitingAt: timestamp.nullable(),
    dead: z.number().int(),
    perMinute: z.array(
      z.object({
        minute: timestamp,
        received: z.number().int(),
        applied: z.number().int(),
        dead: z.number().int(),
      }),
    ),
    senders: z.array(
      z.object({
        sender: z.string(),
        facility: z.string(),
        lastReceivedAt: timestamp,
        today: z.number().int(),
        dead: z.number().int(),
        silent: z.boolean(),
      }),
    ),
  }),
})

const intakeNoteGroup = z.object({
  sender: z.string(),
  facility: z.string(),
  kind: z.enum(intakeNoteKinds),
  /** Without the number of the segment. */
  location: z.string(),
  messages: z.number().int(),
  lastAt: timestamp,
  /** What stood there most recently, where it may be shown. */
  example: z.string().nullable(),
})
export type IntakeNoteGroup = z.infer<typeof intakeNoteGroup>

export const listIntakeNotes = route({
  method: 'get',
  path: '/intake/notes',
  permission: 'intake.read',
  summary: 'What could not be used of applied messages, by sender, kind and field, most frequent first',
  query: z.object({ days: z.coerce.number().int().min(1).max(90).default(7) }),
  response: z.object({ items: z.array(intakeNoteGroup) }),
})

export const postIntakeMessage = route({
  method: 'post',
  path: '/intake/messages',
  largestBody: largestMessage,
  permission: 'intake.send',
  summary: 'Hand in one HL7 v2 message over HTTP instead of MLLP; answers after it is stored',
  body: z.object({ message: z.string().min(8).max(10_000_000) }),
  response: z.object({
    code: z.enum(['AA', 'AE', 'AR']),
    controlId: z.string(),
    text: z.string().nullable(),
  }),
  status: 202,
  example: {
    body: {
      message:
        'MSH|^~\\&|HIS|NH|CARELOOP|NH|20260301103000+0800||ADT^A01|MSG00001|P|2.5\rPID|1||R1001^^^NH^MR||张^某||19700102|F\rPV1|1|I|CARD^12^^NH||||D1^林^某||||||||||||V1001|||||||||||||||||||||||||20260301100000+0800\r',
    },
  },
})
