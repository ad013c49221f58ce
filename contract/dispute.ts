import { z } from 'zod'
import { clockView } from './clock.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** How a dispute ended: agreed, found to be without cause, taken back by the person, or handed to mediation or a court. */
export const disputeOutcome = z.enum(['settled', 'unfounded', 'withdrawn', 'referred'])

const dispute = z.object({
  id,
  reason: z.string(),
  encounterId: id.nullable(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  openedAt: timestamp,
  openedByName: z.string(),
  outcome: disputeOutcome.nullable(),
  note: z.string().nullable(),
  closedAt: timestamp.nullable(),
  closedByName: z.string().nullable(),
  /** How long the hospital has to answer. */
  clock: clockView.nullable(),
})

const disputes = z.object({
  items: z.array(dispute),
  /**
   * Once no dispute is open: pathways of the latest discharge that a dispute stopped or prevented, if still inside their window. A stopped
   * enrolment resumes where it was; without one the person enters now.
   */
  offers: z.array(
    z.object({
      pathwayId: id,
      pathwayName: z.string(),
      encounterId: id,
      enrollmentId: id.nullable(),
    }),
  ),
})

const text = z.string().trim().min(1).max(2000)

export const listDisputes = route({
  method: 'get',
  path: '/persons/{id}/disputes',
  permission: 'dispute.read',
  summary: 'Disputes of this person, open ones first, and what may resume after the last was closed',
  params: idParams,
  response: disputes,
})

export const openDispute = route({
  method: 'post',
  path: '/persons/{id}/disputes',
  permission: 'dispute.write',
  summary:
    'Register an open dispute: halts every enrolment of the person at once and puts a task on the list of the service centre',
  params: idParams,
  body: z.object({
    reason: text,
    encounterId: id.nullable().default(null),
    departmentId: id.nullable().default(null),
  }),
  status: 201,
  response: z.object({ id }),
})

export const pauseDispute = route({
  method: 'post',
  path: '/disputes/{id}/pause',
  permission: 'dispute.write',
  summary: 'Stop the time for the answer, with the reason, such as an expert opinion that was asked for',
  params: idParams,
  body: z.object({ reason: text }),
  status: 204,
})

export const resumeDispute = route({
  method: 'post',
  path: '/disputes/{id}/resume',
  permission: 'dispute.write',
  summary: 'Let the time for the answer run again; the deadline moves by the working time of the pause',
  params: idParams,
  status: 204,
})

export const closeDispute = route({
  method: 'post',
  path: '/disputes/{id}/close',
  permission: 'dispute.write',
  summary: 'Close a dispute with its outcome; nothing resumes automatically',
  params: idParams,
  body: z.object({ outcome: disputeOutcome, note: text.nullable().default(null) }),
  status: 204,
})
