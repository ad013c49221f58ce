import { z } from 'zod'
import { appointmentMeasure, cancelledBy } from './appointment.ts'
import { bookingChannel } from './clinic-schedule.ts'
import { calendarDate, id, route } from './route.ts'

const n = z.number().int()
/** Null where there is nothing to divide by. */
const share = z.number().nullable()

/** Clinics of one site, further narrowed by what is said. */
const place = { siteId: id, departmentId: id.optional(), staffId: id.optional(), visitTypeId: id.optional() }
const filter = {
  ...place,
  /** Days at the site, both inclusive. */
  from: calendarDate,
  to: calendarDate,
  /** Whose next free places are looked for. */
  channel: bookingChannel.default('phone'),
}

/** Numbers of one scope; every count opens its rows: `listAppointments` with the same filter and `measure`. */
const load = z.object({
  counts: z.record(appointmentMeasure, n),
  /** Places of clinics that were not suspended, without those above the places. */
  open: n,
  /** used ÷ open */
  utilisation: share,
  /** missed ÷ due */
  missedRate: share,
  /** late ÷ all */
  lateRate: share,
  /** Calendar days from booking to appointment. */
  lead: z.object({ median: share, p90: share }),
  /** Minutes from arrival until called (or seen, where nobody was called). */
  wait: z.object({ median: share, p90: share, within30: share }),
  /** Calendar days from now until the third free place; null: there are not three as far as the site books. */
  thirdNext: z.object({ days: n, date: calendarDate }).nullable(),
})
export type Load = z.infer<typeof load>

/** A department (`staffId` and `staffName` null), or a doctor there. */
const loadGroup = load.extend({
  departmentId: id.nullable(),
  departmentName: z.string().nullable(),
  staffId: id.nullable(),
  staffName: z.string().nullable(),
})
export type LoadGroup = z.infer<typeof loadGroup>

const cell = z.object({ weekday: n, hour: n, open: n, used: n })
export type LoadCell = z.infer<typeof cell>

export const getAppointmentLoad = route({
  method: 'get',
  path: '/appointment-load',
  permission: 'schedule.read',
  summary: 'Load of clinics: places, no-shows, late cancellations, lead time, third next available, waiting',
  query: z.object(filter),
  response: z.object({
    timeZone: z.string(),
    total: load,
    cancelledBy: z.array(z.object({ by: cancelledBy, cancelled: n, late: n })),
    departments: z.array(loadGroup),
    /** Of each department, by doctor; null: whoever was on duty. */
    doctors: z.array(loadGroup),
    /** By weekday (Monday is 1) and hour at the site. */
    hours: z.array(cell),
  }),
})

export const exportAppointmentLoad = route({
  method: 'get',
  path: '/appointment-load/export',
  permission: 'figure.export',
  summary: 'The same, and the forecast, as XLSX; it names no patients',
  query: z.object(filter),
  produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
})

export const partOfDay = z.enum(['morning', 'afternoon'])
export type PartOfDay = z.infer<typeof partOfDay>

const outlook = z.object({
  departmentId: id,
  departmentName: z.string(),
  /** ISO 8601; a weekend day that is worked counts as the weekday it makes up for. */
  weekday: n,
  part: partOfDay,
  /** The latest days of this kind, at most eight; holidays and suspended clinics are left out. */
  counted: z.array(z.object({ date: calendarDate, demand: n, open: n, full: z.boolean() })),
  /** Patients a day, with the interval in which four of five such days should lie; null: too few days. */
  forecast: z.object({ expected: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Days of this kind that are coming, with their places and how many of these are taken. */
  coming: z.array(z.object({ date: calendarDate, open: n, taken: n })),
  /** Places a coming day, on average. */
  places: z.number(),
  /** People on the waitlist of the department. */
  waiting: n,
  /**
   * `short`: more people are expected than there are places, `n` a day. `full`: at least half of the counted days had no place left and people
   * are waiting, so that more would have come than is known. `idle`: `n` places a day are above even the upper end.
   */
  advice: z.object({ kind: z.enum(['short', 'full', 'idle']), n }).nullable(),
})
export type Outlook = z.infer<typeof outlook>

export const getAppointmentForecast = route({
  method: 'get',
  path: '/appointment-load/forecast',
  permission: 'schedule.read',
  summary:
    'Demand of the next four weeks by department, weekday and half-day, against the places that are open',
  query: z.object(place),
  response: z.object({
    from: calendarDate,
    to: calendarDate,
    /** So many days of a kind are needed for a forecast. */
    fewest: n,
    items: z.array(outlook),
  }),
})
