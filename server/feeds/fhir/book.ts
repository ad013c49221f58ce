import { sql } from 'kysely'
import type { z } from 'zod'
import type { Appointment } from '../../../contract/appointment.ts'
import { attendLocked } from '../../modules/appointment/attendance.ts'
import {
  appointmentWithin,
  bookAppointment,
  cancelLocked,
  lockReached,
  rescheduleAppointment,
} from '../../modules/appointment/book.ts'
import type { AttendanceStep } from '../../modules/appointment/state.ts'
import type { AppointmentRow } from '../../modules/appointment/view.ts'
import { ownPrefix, ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import { authorize } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { fhirChannel } from './clinic.ts'
import { conceptText } from './concept.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { asFhirError, FhirError, type Issue } from './outcome.ts'
import { literal } from './reference.ts'
import type * as schema from './schema.ts'

type Sent = z.output<typeof schema.appointment>

/**
 * Appointments that name a place here are booked, moved, cancelled and attended by the operations that staff use. Those without one are what
 * another system states, and are left to `keepStated`.
 * @throws {FhirError} 409 when somebody else has the place or the day is over for such a step, 422 when it contradicts itself
 */
export async function bookSlots(trx: Trx, sender: Sender, items: Item[]): Promise<void> {
  for (const item of items) {
    if (item.type !== 'Appointment') continue
    const sent = item.resolved as unknown as Sent
    try {
      const row = await known(trx, sender, item)
      const slotId = slotOf(item, sent)
      if (row) item.appointment = await follow(trx, sender, { item, sent, row, slotId })
      else if (slotId !== null && !item.stored)
        item.appointment = await book(trx, sender, { item, sent, slotId })
    } catch (error) {
      throw error instanceof AppError ? inWords(error, item) : error
    }
  }
}

function refuse(item: Item, diagnostics: string, element = 'status', status = 422): FhirError {
  const code: Issue['code'] = status === 409 ? 'conflict' : 'business-rule'
  return new FhirError(status, { code, diagnostics, expression: `${item.path}.${element}` })
}

/** What staff are told, at the element that it is about. */
function inWords(error: AppError, item: Item): FhirError {
  const known = asFhirError(error) ?? new FhirError(error.status)
  const slot = ['slot-taken', 'appointment-overlap', 'appointment-limit'].includes(error.id)
  if (error.id === 'not-found')
    return refuse(
      item,
      'There is no such place or appointment here, or it lies outside of what your key reaches.',
      'slot',
    )
  return new FhirError(
    known.status,
    ...known.issues.map((issue) => ({ ...issue, expression: `${item.path}.${slot ? 'slot' : 'status'}` })),
  )
}

/** The place here that it asks for. */
function slotOf(item: Item, { slot = [] }: Sent): number | null {
  const ours = slot.flatMap(({ reference }) => {
    const named = literal(reference)
    return named?.type === 'Slot' && /^\d{1,15}$/.test(named.id) ? [Number(named.id)] : []
  })
  if (ours.length > 1)
    throw refuse(item, 'A place is for one patient: name one slot for each appointment.', 'slot')
  return ours[0] ?? null
}

/** The appointment of an update, locked. @throws {FhirError} 422 when it is known by another id */
async function known(trx: Trx, sender: Sender, item: Item): Promise<AppointmentRow | undefined> {
  const own = item.interaction === 'update' && item.id?.startsWith(ownPrefix) ? ownRow(item.id) : null
  const id = item.stored?.appointment_id ?? (item.stored ? null : own)
  if (id === null) {
    // One that was stated with a slot of its own system, whose number may look like ours, stays what it was.
    const asked = item.resolved as unknown as Sent
    const same = JSON.stringify(item.stored?.content['slot']) === JSON.stringify(asked.slot)
    if (item.stored && !same && slotOf(item, asked) !== null)
      throw refuse(
        item,
        'This was stated without a place here. Cancel it, and book the place as a new Appointment.',
        'slot',
      )
    return undefined
  }
  const { rows } = await sql<{ id: string }>`
    select id from fhir_resource where type = 'Appointment' and appointment_id = ${id} and id <> ${item.id}`.execute(
    trx,
  )
  if (rows[0]) throw refuse(item, `This appointment is Appointment/${rows[0].id}.`, 'id')
  const row = await lock(trx, sender, id)
  if (row.person_id !== item.survivorId)
    throw refuse(item, 'This is an appointment of another patient.', 'participant')
  return row
}

const lock = (trx: Trx, { actor }: Sender, id: number) =>
  lockReached(trx, actor, id, appointmentWithin(authorize(actor, 'appointment.write')))

/** @throws {FhirError} 422 when the time is not that of the place, AppError as `bookAppointment` */
async function book(
  trx: Trx,
  { actor }: Sender,
  { item, sent, slotId }: { item: Item; sent: Sent; slotId: number },
): Promise<NonNullable<Item['appointment']>> {
  if (!['booked', 'pending'].includes(sent.status))
    throw refuse(item, `A new appointment with a place here is booked or pending, not ${sent.status}.`)
  const note = sent.comment?.slice(0, 500) ?? null
  const booked = await bookAppointment(trx, actor, {
    personId: item.survivorId ?? 0,
    slotId,
    channel: fhirChannel,
    note,
  })
  assertStart(item, sent, new Date(booked.startsAt))
  if (item.interaction === 'create') item.id = `${ownPrefix}${booked.id}`
  return { id: booked.id, created: true }
}

function assertStart(item: Item, { start }: Sent, startsAt: Date): void {
  if (start !== undefined && Date.parse(start) !== startsAt.getTime())
    throw refuse(
      item,
      `The place begins at ${startsAt.toISOString()}. To move an appointment, name another slot.`,
      'start',
    )
}

type Wanted = { item: Item; sent: Sent; row: AppointmentRow; slotId: number | null }

async function follow(
  trx: Trx,
  sender: Sender,
  { item, sent, row, slotId }: Wanted,
): Promise<NonNullable<Item['appointment']>> {
  const { id } = row
  const { actor } = sender
  const done = { id, created: false }
  if (['cancelled', 'entered-in-error'].includes(sent.status)) {
    if (row.status !== 'cancelled') await cancelLocked(trx, actor, row, cancellation(sent))
    return done
  }
  if (row.status === 'cancelled')
    throw refuse(item, 'This appointment is cancelled. Book a new one.', 'status', 409)
  let startsAt = row.starts_at
  if (slotId !== null && slotId !== row.slot_id) {
    const moved = { version: row.version, slotId, channel: fhirChannel }
    startsAt = new Date((await rescheduleAppointment(trx, actor, id, moved)).startsAt)
  }
  assertStart(item, sent, startsAt)
  for (const step of stepsTo(item, sent.status, row.status))
    await attendLocked(trx, actor, await lock(trx, sender, id), step)
  return done
}

/** By whom and why, as far as FHIR's codes tell (http://hl7.org/fhir/R4/valueset-appointment-cancellation-reason.html). */
function cancellation({ cancelationReason: why }: Sent) {
  const code = why?.coding?.find((one) => one.code)?.code ?? ''
  const by: NonNullable<Appointment['cancelledBy']> = code.startsWith('pat')
    ? 'patient'
    : code.startsWith('prov')
      ? 'doctor'
      : 'staff'
  return { by, reason: (conceptText(why) ?? 'FHIR').slice(0, 200) }
}

/** @throws {FhirError} 422 for a status that an appointment cannot have here, 409 to take attendance back */
function stepsTo(item: Item, asked: Sent['status'], now: Appointment['status']): AttendanceStep[] {
  switch (asked) {
    case 'arrived':
    case 'checked-in':
      return ['arrive']
    case 'fulfilled':
      return now === 'booked' ? ['arrive', 'leave'] : ['leave']
    case 'noshow':
      return ['miss']
    case 'booked':
    case 'pending':
      if (now === 'booked') return []
      throw refuse(item, `It is ${now} here by now; attendance is taken back in CareLoop.`, 'status', 409)
    default:
      throw refuse(item, `An appointment here cannot be ${asked}.`)
  }
}
