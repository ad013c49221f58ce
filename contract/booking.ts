import { z } from 'zod'
import { appointmentStatus, cancelledBy } from './appointment.ts'
import { namePattern } from './person-name.ts'
import { calendarDate, id, page, pageQuery, route, timestamp } from './route.ts'

/*
 * Booking by people themselves, without signing in. A telephone number is proved by a code; until then no answer depends on who is known
 * here. Tokens and numbers travel in bodies, so that they are in no address that proxies log.
 */

export const bookingLanguages = ['zh-CN', 'zh-TW', 'en'] as const
const token = z.string().min(20).max(60)
const phone = z.string().trim().min(5).max(30)
const place = { siteId: id, departmentId: id }

export const bookingPlaces = route({
  method: 'get',
  path: '/booking/places',
  permission: 'public',
  summary: 'Hospitals and departments that have free slots for the web',
  response: z.object({
    sites: z.array(
      z.object({
        id,
        name: z.string(),
        timeZone: z.string(),
        emergencyNumber: z.string(),
        departments: z.array(z.object({ id, name: z.string(), firstAt: timestamp, free: z.number().int() })),
      }),
    ),
  }),
})

const slot = z.object({
  id,
  startsAt: timestamp,
  endsAt: timestamp,
  staffName: z.string().nullable(),
  staffTitle: z.string().nullable(),
  visitTypeName: z.string(),
  fee: z.number().nullable(),
})
export type BookingSlot = z.infer<typeof slot>

export const bookingSlots = route({
  method: 'get',
  path: '/booking/slots',
  permission: 'public',
  summary: 'Days with free slots of a department, and the slots of one of them, the earliest first',
  query: z.object({ ...place, date: calendarDate.optional() }),
  response: z.object({
    timeZone: z.string(),
    days: z.array(calendarDate),
    /** Whose slots these are; null when there is no day. */
    date: calendarDate.nullable(),
    items: z.array(slot),
  }),
})

/** A code is on its way. */
export const askedCode = z.object({
  /** Only with this the code can be tried. */
  request: z.uuid(),
  expiresAt: timestamp,
  /** Seconds until another one may be asked for. */
  again: z.number().int(),
})

export const askBookingCode = route({
  method: 'post',
  path: '/booking/codes',
  permission: 'public',
  summary: 'Send a code to a mobile number; the answer is the same whoever has it',
  body: z.object({ siteId: id, phone, language: z.enum(bookingLanguages) }),
  response: askedCode,
})

/** For whom the session books. `several`: masked names of those who have this number. */
const who = z.discriminatedUnion('state', [
  z.object({ state: z.literal('known'), name: z.string() }),
  z.object({ state: z.literal('several'), names: z.array(z.string()) }),
  z.object({ state: z.literal('unknown') }),
])
export type BookingWho = z.infer<typeof who>

const session = z.object({
  /** Masked. */
  phone: z.string(),
  expiresAt: timestamp,
  who,
  /** The slot that is kept for this session. */
  hold: z.object({ slotId: id, until: timestamp }).nullable(),
})
export type BookingSession = z.infer<typeof session>

export const openBookingSession = route({
  method: 'post',
  path: '/booking/sessions',
  permission: 'public',
  summary: 'Prove a telephone number by its code; keeps the chosen slot when it is still free',
  body: z.object({
    request: z.uuid(),
    phone,
    code: z.string().trim().max(12),
    slotId: id.nullable().default(null),
  }),
  response: session.extend({ token }),
})

export const readBookingSession = route({
  method: 'post',
  path: '/booking/session',
  permission: 'public',
  summary: 'A session as it stands',
  body: z.object({ token }),
  response: session,
})

export const chooseBookingPerson = route({
  method: 'post',
  path: '/booking/person',
  permission: 'public',
  summary: 'Which of those with this number it is, by masked name and year of birth',
  body: z.object({ token, name: z.string().max(60), birthYear: z.number().int().min(1).max(2100) }),
  response: session,
})

export const holdBookingSlot = route({
  method: 'post',
  path: '/booking/hold',
  permission: 'public',
  summary: 'Keep a slot for this session for some minutes; what it kept before is given back',
  body: z.object({ token, slotId: id }),
  response: session,
})

const booking = z.object({
  id,
  version: z.number().int(),
  number: z.string(),
  status: appointmentStatus,
  cancelledBy: cancelledBy.nullable(),
  /** Masked. */
  name: z.string(),
  siteId: id,
  siteName: z.string(),
  timeZone: z.string(),
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  staffName: z.string().nullable(),
  roomName: z.string().nullable(),
  directions: z.string().nullable(),
  title: z.string(),
  preparation: z.string().nullable(),
  fee: z.number().nullable(),
  queueNumber: z.number().int().nullable(),
  startsAt: timestamp,
  endsAt: timestamp.nullable(),
  /** Whether it can still be cancelled and moved here. */
  changeable: z.boolean(),
})
export type Booking = z.infer<typeof booking>

const stated = z.object({
  name: z.string().trim().min(2).max(60).regex(namePattern, 'is no name'),
  /** Identity card, residence permit or passport. */
  identity: z.string().trim().min(5).max(30).nullable(),
})

export const makeBooking = route({
  method: 'post',
  path: '/booking/bookings',
  permission: 'public',
  summary: 'Book a slot for the person of the session, or for whoever is stated',
  body: z.object({ token, slotId: id, stated: stated.nullable().default(null) }),
  response: booking,
  status: 201,
})

export const listBookings = route({
  method: 'post',
  path: '/booking/mine',
  permission: 'public',
  summary: 'Bookings that were made with this number for the person of the session',
  body: z.object({ token }),
  response: z.object({ items: z.array(booking) }),
})

const own = { token, id, version: z.number().int().min(0) }

export const cancelBooking = route({
  method: 'post',
  path: '/booking/cancel',
  permission: 'public',
  summary: 'Cancel a booking; the slot is free again',
  body: z.object(own),
  response: booking,
})

export const moveBooking = route({
  method: 'post',
  path: '/booking/move',
  permission: 'public',
  summary: 'Move a booking to another slot; the old one is free again',
  body: z.object({ ...own, slotId: id }),
  response: booking,
})

export const bookingCalendar = route({
  method: 'post',
  path: '/booking/calendar',
  permission: 'public',
  summary: 'A booking as an entry for a calendar (iCalendar)',
  body: z.object({ token, id, language: z.enum(bookingLanguages) }),
  produces: 'text/calendar',
})

/** What was limited. `try`: codes guessed, `open`: bookings that a number has at a time. */
export const refusalKind = z.enum(['code', 'try', 'search', 'hold', 'booking', 'open'])
export type RefusalKind = z.infer<typeof refusalKind>
export const refusalScope = z.enum(['phone', 'address', 'all'])
export type RefusalScope = z.infer<typeof refusalScope>

const refusal = z.object({
  id,
  at: timestamp,
  kind: refusalKind,
  scope: refusalScope,
  /** Of the network: /24 or /64. */
  address: z.string(),
  /** Masked. */
  phone: z.string().nullable(),
  /** Times within that hour. */
  n: z.number().int(),
})
export type BookingRefusal = z.infer<typeof refusal>

export const listBookingRefusals = route({
  method: 'get',
  path: '/booking-refusals',
  permission: 'schedule.read',
  summary: 'Limits of web booking that were hit, the newest first',
  query: pageQuery,
  response: page(refusal),
})
