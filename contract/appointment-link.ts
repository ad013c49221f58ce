import { z } from 'zod'
import { appointmentStatus } from './appointment.ts'
import { route, timestamp } from './route.ts'
import { offerStatus } from './waitlist.ts'

const token = z.string().min(20).max(60)
const shown = {
  /** `王*` */
  name: z.string(),
  siteName: z.string(),
  timeZone: z.string(),
  spoken: z.enum(['zh-CN', 'zh-TW', 'en']),
  emergencyNumber: z.string(),
  departmentName: z.string().nullable(),
  staffName: z.string().nullable(),
  title: z.string(),
  startsAt: timestamp,
}

const page = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('appointment'),
    ...shown,
    number: z.string(),
    status: appointmentStatus,
    confirmed: z.boolean(),
    queueNumber: z.number().int().nullable(),
    /** On the day, once checked in and not yet called: who is before, and when it may be one's turn. */
    waiting: z.object({ ahead: z.number().int(), expectedAt: timestamp }).nullable(),
    roomName: z.string().nullable(),
    directions: z.string().nullable(),
    preparation: z.string().nullable(),
    /** Until when the person may cancel here; afterwards by telephone. */
    cancelUntil: timestamp,
    may: z.object({ confirm: z.boolean(), cancel: z.boolean() }),
  }),
  z.object({
    state: z.literal('offer'),
    ...shown,
    status: offerStatus,
    expiresAt: timestamp,
    /** The appointment that would move; null: a new one. */
    insteadOf: timestamp.nullable(),
  }),
  z.object({ state: z.enum(['expired', 'closed']) }),
])
export type AppointmentLinkPage = z.infer<typeof page>

/** By POST, so that the token is in no address that proxies log; it changes nothing. */
export const openAppointmentLink = route({
  method: 'post',
  path: '/appointment-links/open',
  permission: 'public',
  summary: 'The appointment, or the offered slot, behind a signed link',
  body: z.object({ token }),
  response: page,
})

export const actByAppointmentLink = route({
  method: 'post',
  path: '/appointment-links/act',
  permission: 'public',
  summary: 'Confirm or cancel the appointment, accept or decline the slot behind a signed link',
  body: z.object({ token, act: z.enum(['confirm', 'cancel', 'accept', 'decline']) }),
  response: page,
})
