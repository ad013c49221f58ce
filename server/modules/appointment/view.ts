import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Appointment } from '../../../contract/appointment.ts'
import type { Actor } from '../../platform/actor.ts'
import { joinPerson } from '../event/record.ts'
import { nameSeenBy } from '../person/scope.ts'
import { placeWithin } from './scope.ts'
import type { Sorted } from '../../platform/listing.ts'

export type AppointmentRow = Sorted & {
  status: Appointment['status']
  site_id: number
  site_name: string
  zone: string
  record_id: number
  person_id: number
  person_name: string
  department_id: number | null
  department_name: string | null
  staff_id: number | null
  staff_name: string | null
  room_name: string | null
  directions: string | null
  visit_type_id: number | null
  title: string
  preparation: string | null
  fee: number | null
  slot_id: number | null
  session_id: number | null
  queue_number: number | null
  starts_at: Date
  ends_at: Date | null
  channel: Appointment['channel']
  source: string
  source_number: string | null
  conflict: boolean
  urgent: boolean
  note: string | null
  task_id: number | null
  series_id: number | null
  booked_at: Date
  booked_by_name: string
  confirmed_at: Date | null
  arrived_at: Date | null
  called_at: Date | null
  seen_at: Date | null
  left_at: Date | null
  cancelled_at: Date | null
  cancelled_by: Appointment['cancelledBy']
  cancel_reason: string | null
  excuse: string | null
  excusable: boolean
  version: number
  starts_key: string
}

/** Missed or cancelled by the patient, at a place whose schedules the reader looks after. */
const excusable = (actor: Actor): RawBuilder<SqlBool> => {
  const reach = actor.access['schedule.write']
  return reach
    ? sql<SqlBool>`((a.status = 'noshow' or a.cancelled_by is not distinct from 'patient') and ${placeWithin(reach, 'a')})`
    : sql<SqlBool>`false`
}

/** Columns of appointments `a` with {@link appointmentJoins}. */
export const appointmentColumns = (actor: Actor): RawBuilder<unknown> => sql`
  a.id, a.status, a.site_id, s.name as site_name, s.time_zone as zone, a.person_id as record_id, p.id as person_id, ${nameSeenBy(actor)} as person_name,
  a.department_id, d.name as department_name, a.staff_id, h.name as staff_name, r.name as room_name, r.directions, a.visit_type_id, a.title,
  v.preparation, v.fee::float8 as fee, a.slot_id, l.session_id, l.number as queue_number, a.starts_at, a.ends_at, a.channel, a.source, a.source_number,
  a.conflict, a.urgent, a.note, a.task_id, a.series_id, a.booked_at, a.booked_by_name, a.confirmed_at, a.arrived_at, a.called_at, a.seen_at, a.left_at,
  a.cancelled_at, a.cancelled_by, a.cancel_reason, a.excuse, ${excusable(actor)} as excusable, a.version, a.starts_at::text as starts_key`
export const appointmentJoins = sql`
  join site s on s.id = a.site_id ${joinPerson(sql`a.person_id`)} left join department d on d.id = a.department_id
  left join staff h on h.id = a.staff_id left join resource r on r.id = a.room_id left join visit_type v on v.id = a.visit_type_id
  left join slot l on l.id = a.slot_id`

/** What patient and staff call an appointment. */
export const numberOf = (id: number): string => `A${String(id).padStart(6, '0')}`

/** The appointment that such a number names; null for any other. */
export const idOfNumber = (text: string | undefined): number | null =>
  /^A\d{6,15}$/.test(text ?? '') ? Number(text?.slice(1)) : null

const iso = (at: Date | null) => at?.toISOString() ?? null

/** @param may whether the reader may change it */
export function viewAppointment(row: AppointmentRow, may: boolean): Appointment {
  const open = row.status === 'booked'
  return {
    id: row.id,
    number: numberOf(row.id),
    status: row.status,
    siteId: row.site_id,
    siteName: row.site_name,
    timeZone: row.zone,
    personId: row.person_id,
    personName: row.person_name,
    departmentId: row.department_id,
    departmentName: row.department_name,
    staffId: row.staff_id,
    staffName: row.staff_name,
    roomName: row.room_name,
    directions: row.directions,
    visitTypeId: row.visit_type_id,
    title: row.title,
    preparation: row.preparation,
    fee: row.fee,
    slotId: row.slot_id,
    sessionId: row.session_id,
    queueNumber: row.queue_number,
    startsAt: row.starts_at.toISOString(),
    endsAt: iso(row.ends_at),
    channel: row.channel,
    source: row.source,
    sourceNumber: row.source_number,
    conflict: row.conflict,
    urgent: row.urgent,
    note: row.note,
    taskId: row.task_id,
    seriesId: row.series_id,
    bookedAt: row.booked_at.toISOString(),
    bookedByName: row.booked_by_name,
    confirmedAt: iso(row.confirmed_at),
    arrivedAt: iso(row.arrived_at),
    calledAt: iso(row.called_at),
    seenAt: iso(row.seen_at),
    leftAt: iso(row.left_at),
    cancelledAt: iso(row.cancelled_at),
    cancelledBy: row.cancelled_by,
    cancelReason: row.cancel_reason,
    excuse: row.excuse,
    version: row.version,
    // What another system booked is changed there; it tells us.
    abilities: {
      change: may && open && row.source === 'careloop',
      attend: may && row.status !== 'cancelled',
      excuse: may && row.excusable && row.excuse === null,
    },
  }
}
