import { z } from 'zod'
import { calendarDate, id, idParams, listQuery, page, route, timestamp } from './route.ts'

export const waitlistStatus = z.enum(['waiting', 'booked', 'withdrawn', 'expired'])
export const offerStatus = z.enum(['open', 'accepted', 'declined', 'expired', 'withdrawn'])
export const partOfDay = z.enum(['morning', 'afternoon'])

const offer = z.object({
  id,
  status: offerStatus,
  startsAt: timestamp,
  offeredAt: timestamp,
  expiresAt: timestamp,
  decidedAt: timestamp.nullable(),
})

const entry = z.object({
  id,
  status: waitlistStatus,
  siteId: id,
  personId: id,
  personName: z.string(),
  departmentId: id,
  departmentName: z.string(),
  staffId: id.nullable(),
  staffName: z.string().nullable(),
  visitTypeId: id.nullable(),
  visitTypeName: z.string().nullable(),
  earliest: calendarDate,
  latest: calendarDate,
  partOfDay: partOfDay.nullable(),
  urgent: z.boolean(),
  note: z.string().nullable(),
  /** The appointment that would become an earlier one. */
  appointmentId: id.nullable(),
  /** How many wait before this one for the same clinic. */
  ahead: z.number().int(),
  createdAt: timestamp,
  createdByName: z.string(),
  endReason: z.string().nullable(),
  /** The latest offer. */
  offer: offer.nullable(),
})
export type WaitlistEntry = z.infer<typeof entry>

export const listWaitlist = route({
  method: 'get',
  path: '/waitlist',
  permission: 'appointment.read',
  summary: 'Who waits for a slot, in the order in which freed slots are offered',
  query: listQuery('created').extend({
    status: waitlistStatus.default('waiting'),
    siteId: id.optional(),
    departmentId: id.optional(),
    personId: id.optional(),
  }),
  response: page(entry),
})

export const joinWaitlist = route({
  method: 'post',
  path: '/waitlist',
  permission: 'appointment.write',
  summary: 'Put a person on the waitlist; a slot that is free already is offered at once',
  body: z.object({
    personId: id,
    departmentId: id,
    staffId: id.nullable().default(null),
    visitTypeId: id.nullable().default(null),
    earliest: calendarDate,
    latest: calendarDate,
    partOfDay: partOfDay.nullable().default(null),
    urgent: z.boolean().default(false),
    note: z.string().trim().max(500).nullable().default(null),
    appointmentId: id.nullable().default(null),
  }),
  response: z.object({ id }),
  status: 201,
})

export const leaveWaitlist = route({
  method: 'post',
  path: '/waitlist/{id}/withdraw',
  permission: 'appointment.write',
  summary: 'Take a person off the waitlist; an open offer goes to the next one',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(1).max(200) }),
  status: 204,
})

const openOffer = offer.extend({
  reason: z.enum(['waitlist', 'suspension', 'red-flag']),
  departmentName: z.string(),
  staffName: z.string().nullable(),
  visitTypeName: z.string(),
  taskId: id.nullable(),
})
export type OpenOffer = z.infer<typeof openOffer>

export const listOffers = route({
  method: 'get',
  path: '/persons/{id}/offers',
  permission: 'appointment.read',
  summary: 'Slots that are kept for a person until they say yes or no',
  params: idParams,
  response: z.object({ items: z.array(openOffer) }),
})

export const decideOffer = route({
  method: 'post',
  path: '/offers/{id}/decide',
  permission: 'appointment.write',
  summary: 'Say yes or no to an offered slot for a patient who calls',
  params: idParams,
  body: z.object({ accept: z.boolean() }),
  response: z.object({ appointmentId: id.nullable() }),
})
