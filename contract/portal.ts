import { z } from 'zod'
import { appointmentStatus } from './appointment.ts'
import { askedCode } from './booking.ts'
import { wishLanguages } from './preference.ts'
import { calendarDate, id, idParams, page, pageQuery, route, timestamp } from './route.ts'

/*
 * What a patient sees and does. Signed in by a telephone number, a code and the year of birth; the session is a cookie of its own, and no
 * route outside of `/portal` knows it. `for` names the person it is about: oneself, or somebody for whom one acts.
 */

export const portalLanguages = wishLanguages
const phone = z.string().trim().min(5).max(30)
const birthYear = z.number().int().min(1).max(2200)
const about = { for: id.optional() }
const aboutQuery = z.object(about)

export const portalInfo = route({
  method: 'get',
  path: '/portal',
  permission: 'public',
  summary: 'Hospitals whose patients can sign in, and whether somebody is signed in',
  response: z.object({
    sites: z.array(z.object({ id, name: z.string(), timeZone: z.string(), emergencyNumber: z.string() })),
    signedIn: z.boolean(),
  }),
})

export const askPortalCode = route({
  method: 'post',
  path: '/portal/codes',
  permission: 'public',
  summary: 'Send a code to a mobile number; the answer is the same whoever has it',
  body: z.object({ siteId: id, phone, language: z.enum(portalLanguages) }),
  response: askedCode,
})

/** `confirm`: the number is proved; which of these it is, and when they were born, is still to be said. */
const entrance = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('confirm'),
    /** Masked names of those who have this number. */
    names: z.array(z.string()),
    triesLeft: z.number().int(),
  }),
  /** Nobody here has this number. */
  z.object({ state: z.literal('unknown') }),
  z.object({ state: z.literal('open') }),
])
export type PortalEntrance = z.infer<typeof entrance>

export const openPortalSession = route({
  method: 'post',
  path: '/portal/sessions',
  permission: 'public',
  summary: 'Prove a telephone number by its code; the session is set as a cookie',
  body: z.object({ request: z.uuid(), phone, code: z.string().trim().max(12) }),
  response: entrance,
})

export const confirmPortalPerson = route({
  method: 'post',
  path: '/portal/sessions/confirm',
  permission: 'public',
  summary: 'Which of those with the proved number it is, by masked name and year of birth',
  body: z.object({ name: z.string().max(60), birthYear }),
  response: entrance,
})

export const endPortalSession = route({
  method: 'post',
  path: '/portal/sign-out',
  permission: 'public',
  summary: 'Sign out on this device',
  body: z.object({}),
  status: 204,
})

/** How somebody may act for another: parent or guardian of a child, carer, or grown-up child of a parent. */
export const proxyKinds = ['guardian', 'carer', 'child'] as const
export type ProxyKind = (typeof proxyKinds)[number]

const person = z.object({
  id,
  name: z.string(),
  /** Null: oneself. */
  as: z.enum(proxyKinds).nullable(),
})

export const portalMe = route({
  method: 'get',
  path: '/portal/me',
  permission: 'portal',
  summary: 'Who is signed in, and for whom they may act',
  response: z.object({ persons: z.array(person), timeZone: z.string() }),
})
export type PortalMe = z.infer<typeof portalMe.response>

const promise = z.object({
  id,
  text: z.string(),
  ownerName: z.string(),
  departmentName: z.string().nullable(),
  madeAt: timestamp,
  dueAt: timestamp,
  status: z.enum(['open', 'kept', 'broken', 'withdrawn']),
  /** When it was kept, or kept after all. */
  fulfilledAt: timestamp.nullable(),
})
export type PortalPromise = z.infer<typeof promise>

const question = z.object({
  taskId: id,
  /** Null: about how one is after a stay. */
  title: z.string().nullable(),
  dueAt: timestamp,
  departmentName: z.string().nullable(),
  /** Begun, and not handed in. */
  begun: z.boolean(),
})
export type PortalQuestion = z.infer<typeof question>

const appointment = z.object({
  id,
  number: z.string(),
  version: z.number().int(),
  status: appointmentStatus,
  siteId: id,
  siteName: z.string(),
  timeZone: z.string(),
  departmentName: z.string().nullable(),
  staffName: z.string().nullable(),
  roomName: z.string().nullable(),
  directions: z.string().nullable(),
  title: z.string(),
  preparation: z.string().nullable(),
  fee: z.number().nullable(),
  startsAt: timestamp,
  queueNumber: z.number().int().nullable(),
  /** Checked in and not called: who is before, and when it may be one's turn. */
  waiting: z.object({ ahead: z.number().int(), expectedAt: timestamp }).nullable(),
  confirmed: z.boolean(),
  cancelUntil: timestamp,
  may: z.object({ confirm: z.boolean(), cancel: z.boolean() }),
})
export type PortalAppointment = z.infer<typeof appointment>

const offer = z.object({
  id,
  title: z.string(),
  siteName: z.string(),
  timeZone: z.string(),
  departmentName: z.string().nullable(),
  staffName: z.string().nullable(),
  startsAt: timestamp,
  expiresAt: timestamp,
  /** The appointment that would move; null: a new one. */
  insteadOf: timestamp.nullable(),
})

/** `held`: it is there, and shown once the doctor has looked at it or talked about it. */
const report = z.object({
  id: z.string(),
  title: z.string(),
  at: timestamp,
  siteName: z.string().nullable(),
  state: z.enum(['open', 'held']),
  /** Values outside their range; null while it is held. */
  abnormal: z.number().int().nullable(),
  unseen: z.boolean(),
})
export type PortalReport = z.infer<typeof report>

const message = z.object({ id, at: timestamp, subject: z.string().nullable(), body: z.string() })

export const portalHome = route({
  method: 'get',
  path: '/portal/home',
  permission: 'portal',
  summary: 'What is asked of the person now, what comes next, what is new and what was promised',
  query: aboutQuery,
  response: z.object({
    name: z.string(),
    emergencyNumber: z.string(),
    timeZone: z.string(),
    offers: z.array(offer),
    questions: z.array(question),
    appointments: z.array(appointment),
    reports: z.array(report),
    promises: z.array(promise),
    messages: z.array(message),
    /** Answers of the hospital that were not read. */
    unread: z.number().int(),
  }),
})
export type PortalHome = z.infer<typeof portalHome.response>

export const portalAppointments = route({
  method: 'get',
  path: '/portal/appointments',
  permission: 'portal',
  summary: 'Appointments of the person, the coming ones first',
  query: aboutQuery,
  response: z.object({ items: z.array(appointment), offers: z.array(offer) }),
})

export const actOnAppointment = route({
  method: 'post',
  path: '/portal/appointments/{id}/act',
  permission: 'portal',
  summary: 'Confirm or cancel an appointment',
  params: idParams,
  body: z.object({ ...about, act: z.enum(['confirm', 'cancel']) }),
  response: appointment,
})

export const decidePortalOffer = route({
  method: 'post',
  path: '/portal/offers/{id}/decide',
  permission: 'portal',
  summary: 'Take a place that was offered, or leave it to others',
  params: idParams,
  body: z.object({ ...about, accept: z.boolean() }),
  status: 204,
})

export const openPortalBooking = route({
  method: 'post',
  path: '/portal/booking',
  permission: 'portal',
  summary: 'A session of the page of bookings for this person, without another code',
  body: z.object(about),
  response: z.object({ token: z.string() }),
})

export const openPortalQuestionnaire = route({
  method: 'post',
  path: '/portal/questionnaires/{id}/open',
  permission: 'portal',
  summary: 'Token and pass of the form of a task; answers that were begun are kept, an earlier link dies',
  params: idParams,
  body: z.object(about),
  response: z.object({ token: z.string(), pass: z.string() }),
})

const value = z.object({
  code: z.string(),
  text: z.string(),
  value: z.union([z.number(), z.string()]).nullable(),
  unit: z.string().nullable(),
  range: z.string().nullable(),
  interpretation: z.string().nullable(),
  at: timestamp,
  /** Earlier values of the same kind, the oldest first. */
  trend: z.array(z.object({ at: timestamp, value: z.number() })),
})

export const portalResults = route({
  method: 'get',
  path: '/portal/results',
  permission: 'portal',
  summary: 'Reports of laboratory and examinations, the newest first',
  query: pageQuery.extend(about),
  response: page(report),
})

export const portalResult = route({
  method: 'get',
  path: '/portal/results/{id}',
  permission: 'portal',
  summary: 'One report with its values, their ranges and how they were before',
  params: z.object({ id: z.string().max(80) }),
  query: aboutQuery,
  response: report.extend({ values: z.array(value), note: z.string().nullable() }),
})
export type PortalResult = z.infer<typeof portalResult.response>

export const portalPromises = route({
  method: 'get',
  path: '/portal/promises',
  permission: 'portal',
  summary: 'What the hospital promised the person, and what became of it',
  query: aboutQuery,
  response: z.object({ items: z.array(promise) }),
})

export const openPortalConversation = route({
  method: 'post',
  path: '/portal/conversation',
  permission: 'portal',
  summary: 'A token of the chat with the care team; null where nothing was said yet',
  body: z.object(about),
  response: z.object({ token: z.string().nullable() }),
})

export const sayInPortal = route({
  method: 'post',
  path: '/portal/conversation/start',
  permission: 'portal',
  summary:
    'Ask the care team something; the token goes on with it. Words of an emergency make an urgent task at once',
  body: z.object({ ...about, text: z.string().trim().min(1).max(2000) }),
  response: z.object({ token: z.string() }),
  status: 201,
})

const consent = z.object({
  id,
  purpose: z.enum(['clinical', 'service', 'marketing']),
  channel: z.string(),
  givenAt: timestamp,
  proof: z.string(),
  withdrawnAt: timestamp.nullable(),
})

export const portalConsents = route({
  method: 'get',
  path: '/portal/consents',
  permission: 'portal',
  summary: 'Consents of the person, and a token of the page of contact wishes',
  query: aboutQuery,
  response: z.object({ items: z.array(consent), wishes: z.string() }),
})
export type PortalConsents = z.infer<typeof portalConsents.response>

export const withdrawPortalConsent = route({
  method: 'post',
  path: '/portal/consents/{id}/withdraw',
  permission: 'portal',
  summary: 'Withdraw a consent; it holds from the next contact on',
  params: idParams,
  body: z.object(about),
  status: 204,
})

const access = z.object({
  at: timestamp,
  /** Who it was, as colleagues call them. */
  name: z.string(),
  self: z.boolean(),
  action: z.string(),
  fields: z.array(z.string()),
  reason: z.string().nullable(),
})
export type PortalAccess = z.infer<typeof access>

export const portalAccessLog = route({
  method: 'get',
  path: '/portal/access-log',
  permission: 'portal',
  summary: 'Who looked at the person’s data or changed them, the newest first',
  /** `own`: also what the person did here. */
  query: pageQuery.extend({ ...about, own: z.stringbool().default(false) }),
  response: page(access),
})

const session = z.object({
  id,
  device: z.string(),
  openedAt: timestamp,
  seenAt: timestamp,
  current: z.boolean(),
})

export const portalSessions = route({
  method: 'get',
  path: '/portal/sessions',
  permission: 'portal',
  summary: 'Devices on which one is signed in',
  response: z.object({ items: z.array(session) }),
})

export const endOtherSession = route({
  method: 'post',
  path: '/portal/sessions/{id}/end',
  permission: 'portal',
  summary: 'Sign out on a device',
  params: idParams,
  status: 204,
})

const proxy = z.object({
  id,
  kind: z.enum(proxyKinds),
  /** Masked. */
  name: z.string(),
  /** They act for me, or I for them. */
  mine: z.boolean(),
  since: timestamp,
  until: calendarDate.nullable(),
})

export const portalFamily = route({
  method: 'get',
  path: '/portal/family',
  permission: 'portal',
  summary: 'Who acts for me, and for whom I act',
  response: z.object({ items: z.array(proxy) }),
})
export type PortalFamily = z.infer<typeof portalFamily.response>

export const endProxy = route({
  method: 'post',
  path: '/portal/family/{id}/end',
  permission: 'portal',
  summary: 'Nobody acts for the other any longer; either of them may end it',
  params: idParams,
  status: 204,
})
