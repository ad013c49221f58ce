import { z } from 'zod'
import { id, idParams, listQuery, page, route, timestamp } from './route.ts'

/** Until when the patient may cancel without its counting: the beginning itself, midnight before the day, or 15:00 on the day before. */
export const noShowCutOffs = ['start', 'midnight', 'afternoon'] as const

const rule = z.object({
  /** Minutes after the beginning. */
  lateMinutes: z.number().int(),
  /** So many within the window restrict. */
  count: z.number().int(),
  windowMonths: z.number().int(),
  restrictMonths: z.number().int(),
  cutOff: z.enum(noShowCutOffs),
})
export type NoShowRule = z.infer<typeof rule>

export const breachKind = z.enum(['missed', 'cancelled-late'])
/** Why an appointment that was missed or cancelled does not count. */
export const leftOutWhy = z.enum(['hospital', 'suspended', 'excused', 'in-time', 'counted-before'])

const about = { id, number: z.string(), startsAt: timestamp, departmentName: z.string().nullable() }
const restriction = z.object({
  id,
  siteId: id,
  siteName: z.string(),
  personId: id,
  personName: z.string(),
  fromAt: timestamp,
  until: timestamp,
  status: z.enum(['active', 'over', 'lifted']),
  rule,
  counted: z.array(z.object({ ...about, kind: breachKind })),
  leftOut: z.array(z.object({ ...about, why: leftOutWhy })),
  appeal: z.object({ text: z.string(), at: timestamp, byName: z.string() }).nullable(),
  /** The appeal was looked at and not followed. */
  upheldAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** Who decided last: lifted it, or did not follow the appeal. */
  decidedByName: z.string().nullable(),
  reason: z.string().nullable(),
  abilities: z.object({ appeal: z.boolean(), decide: z.boolean() }),
})
export type BookingRestriction = z.infer<typeof restriction>

export const restrictionView = z.enum(['active', 'appealed', 'all'])

export const listBookingRestrictions = route({
  method: 'get',
  path: '/booking-restrictions',
  permission: 'appointment.read',
  summary:
    'Who may not book by web or phone for a time after missed appointments, the newest first: with what was counted and what was not',
  query: listQuery('until').extend({
    view: restrictionView.default('active'),
    siteId: id.optional(),
    personId: id.optional(),
  }),
  response: page(restriction),
})

export const appealRestriction = route({
  method: 'post',
  path: '/booking-restrictions/{id}/appeal',
  permission: 'appointment.write',
  summary: 'Note what the patient says against it',
  params: idParams,
  body: z.object({ reason: z.string().trim().min(1).max(1000) }),
  response: restriction,
})

export const decideRestriction = route({
  method: 'post',
  path: '/booking-restrictions/{id}/decide',
  permission: 'schedule.write',
  summary: 'Lift it, or leave it as it is, with the reason',
  params: idParams,
  body: z.object({ lift: z.boolean(), reason: z.string().trim().min(1).max(500) }),
  response: restriction,
})

export const excuseAppointment = route({
  method: 'post',
  path: '/appointments/{id}/excuse',
  permission: 'schedule.write',
  summary: 'A missed or late cancelled appointment does not count against the patient',
  params: idParams,
  body: z.object({ version: z.number().int().min(0), reason: z.string().trim().min(1).max(200) }),
  status: 204,
})
