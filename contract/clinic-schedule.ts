import { z } from 'zod'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'

/** How a booking came: quotas 号源 are divided by it. `alliance`: a partner hospital; `green`: the green channel 绿色通道. */
export const bookingChannels = ['phone', 'web', 'window', 'follow-up', 'alliance', 'green'] as const
export const bookingChannel = z.enum(bookingChannels)
export type BookingChannel = z.infer<typeof bookingChannel>

const name = z.string().trim().min(1).max(60)
const code = z.string().trim().min(1).max(40)
const placeQuery = z.object({ siteId: id.optional() })
const version = z.number().int().min(0)

const visitTypeFields = z.object({
  siteId: id,
  code,
  name,
  /** Length of one slot. */
  minutes: z.number().int().min(1).max(480),
  /** For information. */
  fee: z.number().min(0).max(1_000_000).nullable(),
  /** What the patient has to do or bring. */
  preparation: z.string().trim().max(1000).nullable(),
  /** People may book it themselves on the web. */
  public: z.boolean(),
  active: z.boolean(),
})
const visitType = visitTypeFields.extend({ id })
export type VisitType = z.infer<typeof visitType>

export const listVisitTypes = route({
  method: 'get',
  path: '/visit-types',
  permission: 'schedule.read',
  summary: 'Kinds of outpatient visits 号别, with the length of their slots',
  query: placeQuery,
  response: z.object({ items: z.array(visitType) }),
})
export const saveVisitType = route({
  method: 'put',
  path: '/visit-types',
  permission: 'schedule.write',
  summary: 'Add a kind of visit, or change it',
  body: visitTypeFields.extend({ id: id.optional() }),
  response: visitType,
})

const resourceFields = z.object({
  siteId: id,
  departmentId: id.nullable(),
  kind: z.enum(['room', 'equipment']),
  code,
  name,
  /** The way there, for the patient. */
  directions: z.string().trim().max(500).nullable(),
  active: z.boolean(),
})
const resource = resourceFields.extend({ id })
export type Resource = z.infer<typeof resource>

export const listResources = route({
  method: 'get',
  path: '/resources',
  permission: 'schedule.read',
  summary: 'Consulting rooms and equipment',
  query: placeQuery,
  response: z.object({ items: z.array(resource) }),
})
export const saveResource = route({
  method: 'put',
  path: '/resources',
  permission: 'schedule.write',
  summary: 'Add a room or a piece of equipment, or change it',
  body: resourceFields.extend({ id: id.optional() }),
  response: resource,
})

export const quota = z.object({
  channel: bookingChannel,
  /** Places of a session that only this channel may take … */
  places: z.number().int().min(1).max(500),
  /** … until so many hours before it begins. */
  releaseHours: z
    .number()
    .int()
    .min(0)
    .max(24 * 60),
})
export type Quota = z.infer<typeof quota>

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const who = {
  departmentId: id,
  /** Null: whoever is on duty. */
  staffId: id.nullable(),
  roomId: id.nullable(),
  equipmentId: id.nullable(),
  visitTypeId: id,
}
const places = {
  slotMinutes: z.number().int().min(1).max(480),
  /** Patients at the same time. */
  places: z.number().int().min(1).max(200),
  /** Patients above the places, in the whole session. */
  overbook: z.number().int().min(0).max(200),
  quotas: z.array(quota).max(6),
}
const scheduleFields = z.object({
  siteId: id,
  ...who,
  /** ISO 8601: Monday is 1. */
  weekday: z.number().int().min(1).max(7),
  starts: time,
  ends: time,
  ...places,
  validFrom: calendarDate,
  validTo: calendarDate.nullable(),
  /** Also on public holidays. */
  holidays: z.boolean(),
  /** Also on weekend days that are worked 调休. */
  makeUp: z.boolean(),
})
export type ScheduleFields = z.infer<typeof scheduleFields>

const names = {
  departmentName: z.string(),
  staffName: z.string().nullable(),
  roomName: z.string().nullable(),
  equipmentName: z.string().nullable(),
  visitTypeName: z.string(),
}
const schedule = scheduleFields.extend({ id, version, ...names })
export type Schedule = z.infer<typeof schedule>

export const listSchedules = route({
  method: 'get',
  path: '/schedules',
  permission: 'schedule.read',
  summary: 'Weekly schedules 排班: who sees patients when, where, and how many',
  query: placeQuery.extend({ departmentId: id.optional(), staffId: id.optional() }),
  response: z.object({ items: z.array(schedule) }),
})

/** What became of the sessions that a schedule makes. */
const madeSessions = z.object({
  made: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
  /** Days that stay as they are: patients are booked there, or the doctor or room is taken. */
  kept: z.array(z.object({ date: calendarDate, reason: z.enum(['booked', 'changed', 'overlap']) })),
})

export const createSchedule = route({
  method: 'post',
  path: '/schedules',
  permission: 'schedule.write',
  summary: 'Add a weekly schedule; its sessions are made at once, as far ahead as the site books',
  body: scheduleFields,
  response: schedule.extend({ sessions: madeSessions }),
  status: 201,
})
export const updateSchedule = route({
  method: 'put',
  path: '/schedules/{id}',
  permission: 'schedule.write',
  summary: 'Change a weekly schedule; coming sessions without patients follow, others stay and are named',
  params: idParams,
  body: scheduleFields.extend({ version }),
  response: schedule.extend({ sessions: madeSessions }),
})
export const deleteSchedule = route({
  method: 'delete',
  path: '/schedules/{id}',
  permission: 'schedule.write',
  summary: 'End a weekly schedule; coming sessions without patients go with it',
  params: idParams,
  response: madeSessions,
})

const session = z.object({
  id,
  scheduleId: id.nullable(),
  siteId: id,
  ...who,
  ...names,
  date: calendarDate,
  startsAt: timestamp,
  endsAt: timestamp,
  status: z.enum(['open', 'suspended']),
  reason: z.string().nullable(),
  version,
  /** Slots without those above the places. */
  slots: z.number().int(),
  free: z.number().int(),
  booked: z.number().int(),
  /** The reader may change it. */
  mayWrite: z.boolean(),
})
export type ClinicSession = z.infer<typeof session>

export const listClinicSessions = route({
  method: 'get',
  path: '/clinic-sessions',
  permission: 'schedule.read',
  summary: 'Sessions of some days, for the calendar; 62 days at most',
  query: z.object({
    siteId: id,
    from: calendarDate,
    to: calendarDate,
    departmentId: id.optional(),
    staffId: id.optional(),
    resourceId: id.optional(),
  }),
  response: z.object({ timeZone: z.string(), items: z.array(session) }),
})

/** What a model of not coming knows, see docs/operations/no-show.md. */
const noShowFeature = z.enum([
  'leadDays',
  'weekday',
  'hour',
  'channel',
  'urgent',
  'visitType',
  'department',
  'newPatient',
  'age',
  'sex',
  'earlierMissed',
  'earlierMissedShare',
  'distanceKm',
])
export type NoShowFeature = z.infer<typeof noShowFeature>
const expectedNoShow = z.object({
  /** Patients who are booked, and those of them whose risk is known. */
  booked: z.number().int(),
  known: z.number().int(),
  /** How many are expected not to come, the sum of the risks; null: no risk is known. */
  expected: z.number().nullable(),
  /** Places above those of the session that may be filled because of it; null: that is off. */
  extra: z.number().int().nullable(),
  /** What speaks for not coming, the strongest first, and for how many patients. */
  reasons: z.array(z.object({ feature: noShowFeature, patients: z.number().int() })),
})
export type ExpectedNoShow = z.infer<typeof expectedNoShow>

export const getExpectedNoShow = route({
  method: 'get',
  path: '/clinic-sessions/{id}/no-show',
  permission: 'schedule.read',
  summary: 'How many patients of a session are expected not to come, and why',
  params: idParams,
  response: expectedNoShow,
})

const period = { startsAt: timestamp, endsAt: timestamp }
export const createClinicSession = route({
  method: 'post',
  path: '/clinic-sessions',
  permission: 'schedule.write',
  summary: 'Add a session by hand 加诊',
  body: z.object({ siteId: id, ...who, ...period, ...places }),
  response: session,
  status: 201,
})
export const updateClinicSession = route({
  method: 'patch',
  path: '/clinic-sessions/{id}',
  permission: 'schedule.write',
  summary: 'Another doctor 替诊, room or time; booked patients move along and are told',
  params: idParams,
  body: z.object({
    version,
    staffId: id.nullable().optional(),
    roomId: id.nullable().optional(),
    equipmentId: id.nullable().optional(),
    startsAt: timestamp.optional(),
  }),
  response: session,
})
export const suspendClinicSession = route({
  method: 'post',
  path: '/clinic-sessions/{id}/suspend',
  permission: 'schedule.write',
  summary: 'Suspend a session 停诊: its free slots close, its patients are told',
  params: idParams,
  body: z.object({ version, reason: z.string().trim().min(1).max(200) }),
  response: session,
})
export const resumeClinicSession = route({
  method: 'post',
  path: '/clinic-sessions/{id}/resume',
  permission: 'schedule.write',
  summary: 'Open a suspended session again',
  params: idParams,
  body: z.object({ version }),
  response: session,
})
