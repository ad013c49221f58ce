import { z } from 'zod'
import { bookingChannel } from './clinic-schedule.ts'
import { calendarDate, id, idParams, listQuery, many, page, route, timestamp } from './route.ts'

/** FHIR R4 appointmentstatus, as far as it is used here. */
export const appointmentStatus = z.enum(['booked', 'arrived', 'fulfilled', 'noshow', 'cancelled'])
export type AppointmentStatus = z.infer<typeof appointmentStatus>
/** Who cancelled. What `doctor` and `hospital` cancel never counts against the patient. */
export const cancelledBy = z.enum(['patient', 'staff', 'doctor', 'hospital'])

const slot = z.object({
  id,
  sessionId: id,
  siteId: id,
  departmentId: id,
  departmentName: z.string(),
  staffId: id.nullable(),
  staffName: z.string().nullable(),
  staffTitle: z.string().nullable(),
  roomName: z.string().nullable(),
  visitTypeId: id,
  visitTypeName: z.string(),
  fee: z.number().nullable(),
  startsAt: timestamp,
  endsAt: timestamp,
  /** Its number in the session. */
  number: z.number().int(),
  overbooked: z.boolean(),
})
export type Slot = z.infer<typeof slot>

export const searchSlots = route({
  method: 'get',
  path: '/slots',
  permission: 'appointment.write',
  summary: 'Free slots, the earliest first; with `each=doctor` only the earliest of each doctor',
  query: z.object({
    siteId: id,
    channel: bookingChannel.default('phone'),
    from: timestamp.optional(),
    to: timestamp.optional(),
    departmentId: id.optional(),
    staffId: id.optional(),
    visitTypeId: id.optional(),
    each: z.enum(['slot', 'doctor', 'day']).default('slot'),
    /** Also places above those of a session. */
    overbook: z.stringbool().default(false),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({ timeZone: z.string(), items: z.array(slot) }),
})

export const holdSlot = route({
  method: 'post',
  path: '/slots/{id}/hold',
  permission: 'appointment.write',
  summary: 'Keep a free slot for me while I talk to the patient',
  params: idParams,
  body: z.object({ channel: bookingChannel }),
  response: z.object({ heldUntil: timestamp }),
})
export const releaseSlot = route({
  method: 'delete',
  path: '/slots/{id}/hold',
  permission: 'appointment.write',
  summary: 'Give back a slot that I hold',
  params: idParams,
  status: 204,
})

const appointment = z.object({
  id,
  /** What patient and staff call it. */
  number: z.string(),
  status: appointmentStatus,
  siteId: id,
  siteName: z.string(),
  timeZone: z.string(),
  personId: id,
  personName: z.string(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  staffId: id.nullable(),
  staffName: z.string().nullable(),
  roomName: z.string().nullable(),
  directions: z.string().nullable(),
  visitTypeId: id.nullable(),
  title: z.string(),
  preparation: z.string().nullable(),
  fee: z.number().nullable(),
  slotId: id.nullable(),
  sessionId: id.nullable(),
  /** The number of its slot in the session. */
  queueNumber: z.number().int().nullable(),
  startsAt: timestamp,
  endsAt: timestamp.nullable(),
  channel: z.enum([...bookingChannel.options, 'his']),
  source: z.string(),
  sourceNumber: z.string().nullable(),
  /** Booked in another system for a slot that was taken here. */
  conflict: z.boolean(),
  urgent: z.boolean(),
  note: z.string().nullable(),
  taskId: id.nullable(),
  /** The first appointment of its course of visits. */
  seriesId: id.nullable(),
  bookedAt: timestamp,
  bookedByName: z.string(),
  confirmedAt: timestamp.nullable(),
  arrivedAt: timestamp.nullable(),
  calledAt: timestamp.nullable(),
  seenAt: timestamp.nullable(),
  leftAt: timestamp.nullable(),
  cancelledAt: timestamp.nullable(),
  cancelledBy: cancelledBy.nullable(),
  cancelReason: z.string().nullable(),
  /** Why a missed or late cancelled one does not count against the patient. */
  excuse: z.string().nullable(),
  version: z.number().int(),
  /** What the reader may do with it now. */
  abilities: z.object({ change: z.boolean(), attend: z.boolean(), excuse: z.boolean() }),
})
export type Appointment = z.infer<typeof appointment>

/** What a list shows: the day's patients in their order, what comes, or everything. */
export const appointmentView = z.enum(['day', 'coming', 'conflict', 'all'])

/**
 * What the load of clinics counts; `server/modules/appointment/load-measure.ts` says which appointments each means. `due`: came or missed;
 * `late`: cancelled inside 24 hours; `lead`: with a known time of booking; `waited`: arrived and called; `demand`: what a clinic was wanted for.
 */
export const appointmentMeasure = z.enum([
  'all',
  'used',
  'overbooked',
  'due',
  'missed',
  'cancelled',
  'late',
  'lead',
  'waited',
  'waited-long',
  'demand',
])
export type AppointmentMeasure = z.infer<typeof appointmentMeasure>

export const listAppointments = route({
  method: 'get',
  path: '/appointments',
  permission: 'appointment.read',
  summary: 'Appointments in the order of time; `day` is one day at the site, `coming` begins now',
  query: listQuery('starts', 'person', 'status').extend({
    view: appointmentView.default('coming'),
    date: calendarDate.optional(),
    siteId: id.optional(),
    departmentId: id.optional(),
    staffId: id.optional(),
    personId: id.optional(),
    sessionId: id.optional(),
    visitTypeId: id.optional(),
    status: many(appointmentStatus),
    /** Days at the site, both inclusive. */
    from: calendarDate.optional(),
    to: calendarDate.optional(),
    /** The appointments behind a number of the load of clinics. */
    measure: appointmentMeasure.optional(),
    cancelledBy: cancelledBy.optional(),
    /** ISO 8601: Monday is 1. */
    weekday: z.coerce.number().int().min(1).max(7).optional(),
    /** Hours of the day at the site at which they begin: from this one, and before that one. */
    hourFrom: z.coerce.number().int().min(0).max(23).optional(),
    hourTo: z.coerce.number().int().min(1).max(24).optional(),
  }),
  response: page(appointment),
})

export const getAppointment = route({
  method: 'get',
  path: '/appointments/{id}',
  permission: 'appointment.read',
  summary: 'One appointment',
  params: idParams,
  response: appointment,
})

export const bookAppointment = route({
  method: 'post',
  path: '/appointments',
  permission: 'appointment.write',
  summary: 'Book a slot for a person: one that is free for the channel, or that the caller holds',
  body: z.object({
    personId: id,
    slotId: id,
    channel: bookingChannel,
    urgent: z.boolean().default(false),
    note: z.string().trim().max(500).nullable().default(null),
    /** The follow-up task during which it is booked. */
    taskId: id.nullable().default(null),
  }),
  response: appointment,
  status: 201,
})

const series = z.object({
  items: z.array(appointment),
  /** About when no slot was found. */
  missing: z.array(timestamp),
})
export type BookedSeries = z.infer<typeof series>

export const bookSeries = route({
  method: 'post',
  path: '/appointments/series',
  permission: 'appointment.write',
  summary: 'Book a course of visits: the slot, and those nearest to the same time every so many days',
  body: z.object({
    personId: id,
    slotId: id,
    channel: bookingChannel,
    count: z.number().int().min(2).max(60),
    everyDays: z.number().int().min(1).max(90),
    note: z.string().trim().max(500).nullable().default(null),
  }),
  response: series,
  status: 201,
})

const change = { version: z.number().int().min(0) }

export const rescheduleAppointment = route({
  method: 'post',
  path: '/appointments/{id}/reschedule',
  permission: 'appointment.write',
  summary: 'Move it to another slot; the old one is free again',
  params: idParams,
  body: z.object({ ...change, slotId: id, channel: bookingChannel }),
  response: appointment,
})
export const cancelAppointment = route({
  method: 'post',
  path: '/appointments/{id}/cancel',
  permission: 'appointment.write',
  summary: 'Cancel it; the slot is free again',
  params: idParams,
  body: z.object({
    ...change,
    by: cancelledBy,
    reason: z.string().trim().min(1).max(200),
    /** Also the later ones of its series. */
    later: z.boolean().default(false),
  }),
  response: appointment,
})
/** What happens on the day, in this order; each can be taken back for a while by `undo`. */
export const attendanceStep = z.enum(['confirm', 'arrive', 'call', 'see', 'leave', 'miss', 'undo'])
export const attendAppointment = route({
  method: 'post',
  path: '/appointments/{id}/attendance',
  permission: 'appointment.write',
  summary: 'Confirmed, checked in 报到, called, seen, left, not come; `undo` takes the last one back',
  params: idParams,
  body: z.object({ ...change, step: attendanceStep }),
  response: appointment,
})
