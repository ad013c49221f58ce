import { z } from 'zod'
import { clockView } from './clock.ts'
import { id, idParams, listQuery, page, route, timestamp } from './route.ts'
import { outcome, proofClass } from './task.ts'

/**
 * Status of a return-visit instruction 回访指令: the department executes it and submits the result, the service centre files it. One that is
 * returned is `issued` again, in its next round.
 */
export const instructionStatus = z.enum(['issued', 'executed', 'submitted', 'filed', 'withdrawn'])

/** Why the department should contact the person. */
export const instructionReason = z.enum([
  'missed-follow-up',
  'abnormal-result',
  'medication',
  'revisit',
  'complaint',
  'other',
])

/** The role whose list it goes to when no name is given. */
export const instructionRole = z.enum(['doctor', 'nurse', 'department-head'])

const instruction = z.object({
  id,
  status: instructionStatus,
  round: z.number().int(),
  reason: instructionReason,
  text: z.string(),
  personId: id,
  personName: z.string(),
  encounterId: id.nullable(),
  siteName: z.string(),
  departmentId: id,
  departmentName: z.string(),
  assigneeRole: z.string(),
  assigneeName: z.string().nullable(),
  taskId: id,
  dueAt: timestamp,
  /** Not executed in time; a late execution stays late. */
  late: z.boolean(),
  clock: clockView,
  issuedAt: timestamp,
  issuedByName: z.string(),
  executedAt: timestamp.nullable(),
  executedByName: z.string().nullable(),
  outcome: outcome.nullable(),
  proof: proofClass.nullable(),
  /** The department's submission. */
  report: z.string().nullable(),
  submittedAt: timestamp.nullable(),
  filedAt: timestamp.nullable(),
  abilities: z.object({
    work: z.boolean(),
    submit: z.boolean(),
    /** File it, or send it back. */
    settle: z.boolean(),
    withdraw: z.boolean(),
  }),
})
export type Instruction = z.infer<typeof instruction>

export const instructionView = z.enum(['open', 'late', 'submitted', 'filed', 'withdrawn', 'all'])
export type InstructionView = z.infer<typeof instructionView>

const place = { siteId: id.optional(), departmentId: id.optional() }
const period = { from: z.iso.date().optional(), to: z.iso.date().optional() }

export const listInstructions = route({
  method: 'get',
  path: '/return-visit-instructions',
  permission: 'instruction.read',
  summary: 'Return-visit instructions; `open` until submitted, the next due first; settled ones newest first',
  query: listQuery('person', 'status', 'due', 'issued').extend({
    view: instructionView.default('open'),
    personId: id.optional(),
    ...place,
    ...period,
  }),
  response: page(instruction),
})

const departmentLine = z.object({
  departmentId: id,
  departmentName: z.string(),
  issued: z.number().int(),
  open: z.number().int(),
  late: z.number().int(),
  /** Executed before they were due. */
  onTime: z.number().int(),
  submitted: z.number().int(),
  filed: z.number().int(),
})

export const getInstructionFigures = route({
  method: 'get',
  path: '/return-visit-instructions/figures',
  permission: 'instruction.read',
  summary:
    'How every department stands with the instructions issued in a period; withdrawn ones do not count',
  query: z.object({ ...place, ...period }),
  response: z.object({ departments: z.array(departmentLine) }),
})

export const getInstruction = route({
  method: 'get',
  path: '/return-visit-instructions/{id}',
  permission: 'instruction.read',
  summary: 'One instruction with everything that was done about it',
  params: idParams,
  response: instruction.extend({
    history: z.array(
      z.object({
        at: timestamp,
        byName: z.string(),
        action: z.enum(['issued', 'executed', 'reopened', 'submitted', 'returned', 'filed', 'withdrawn']),
        note: z.string().nullable(),
        outcome: outcome.nullable(),
      }),
    ),
  }),
})
export type InstructionDetail = z.infer<(typeof getInstruction)['response']>

const words = z.string().trim().min(2).max(1000)

export const issueInstruction = route({
  method: 'post',
  path: '/return-visit-instructions',
  permission: 'instruction.issue',
  summary: 'Tell a department to get in touch with a patient; makes the task on its list',
  body: z.object({
    personId: id,
    departmentId: id,
    /** The stay it is about. */
    encounterId: id.nullable().default(null),
    /** A colleague of that department; left out: the list of the role. */
    staffId: id.nullable().default(null),
    assigneeRole: instructionRole.default('doctor'),
    reason: instructionReason,
    text: words,
    /** Left out: what the site allows (setting `follow-up.instruction.days`). */
    dueAt: timestamp.optional(),
  }),
  response: z.object({ id, taskId: id }),
  status: 201,
})

export const submitInstruction = route({
  method: 'post',
  path: '/return-visit-instructions/{id}/submit',
  permission: 'instruction.submit',
  summary: 'Submit what came out to the service centre',
  params: idParams,
  body: z.object({ report: words }),
  status: 204,
})

export const fileInstruction = route({
  method: 'post',
  path: '/return-visit-instructions/{id}/file',
  permission: 'instruction.issue',
  summary: 'Accept and file a submitted result',
  params: idParams,
  body: z.object({ note: z.string().trim().max(1000).optional() }),
  status: 204,
})

export const returnInstruction = route({
  method: 'post',
  path: '/return-visit-instructions/{id}/return',
  permission: 'instruction.issue',
  summary: 'Send a submitted result back, with the reason; makes a new task',
  params: idParams,
  body: z.object({ reason: words, dueAt: timestamp.optional() }),
  status: 204,
})

export const withdrawInstruction = route({
  method: 'post',
  path: '/return-visit-instructions/{id}/withdraw',
  permission: 'instruction.issue',
  summary: 'Take back an instruction that nobody has executed yet; its task is cancelled',
  params: idParams,
  body: z.object({ reason: words }),
  status: 204,
})
