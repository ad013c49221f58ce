import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Booking } from '../../../contract/booking.ts'
import { maskName } from '../../../contract/export.ts'
import type { Actor } from '../../platform/actor.ts'
import { bookingActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { bookAppointment, cancelAppointment, rescheduleAppointment } from '../appointment/book.ts'
import {
  type AppointmentRow,
  appointmentColumns,
  appointmentJoins,
  viewAppointment,
} from '../appointment/view.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import { phoneHash } from './key.ts'
import { countOrRefuse, noteRefusal, type Visitor } from './limit.ts'
import { enter, type Session } from './session.ts'
import { type Found, personOf, type StatedPerson } from './who.ts'

/** Read by staff at the counter. */
const doubt = '网上预约填写的证件号码在本院登记为另一姓名，请在窗口核对证件'
const cancelReason = '本人网上取消'

type NewBooking = { token: string; slotId: number; stated: StatedPerson | null }

/** @throws {AppError} booking-ended, booking-who, booking-limit, booking-open-limit, and what booking an appointment throws */
export async function book(visitor: Visitor, { token, slotId, stated }: NewBooking): Promise<Booking> {
  const { db, address } = visitor
  const session = await enter(visitor, token)
  await countOrRefuse(visitor, 'booking', session.phone)
  const done = await transaction(db, async (trx) => {
    if (!(await mayHaveMore(trx, session.phone))) return 'too-many'
    const person = await personFor(trx, session, stated)
    const actor = bookingActor(session.id, person.personId, address)
    const { id } = await bookAppointment(trx, actor, {
      personId: person.personId,
      slotId,
      channel: 'web',
      numberStated: person.numberStated,
      note: person.doubted ? doubt : null,
    })
    await sql`update booking_session set person_id = ${person.personId} where id = ${session.id}`.execute(trx)
    return id
  })
  if (done === 'too-many') {
    await noteRefusal(visitor, 'open', 'phone', session.phone)
    throw new AppError('booking-open-limit')
  }
  return one(db, await enter(visitor, token), done)
}

async function personFor(trx: Trx, session: Session, stated: StatedPerson | null): Promise<Found> {
  if (stated) return personOf(trx, { ...stated, phone: session.phone, siteId: session.siteId })
  if (session.personId === null) throw new AppError('booking-who')
  const { rows } = await sql<{
    id: number
  }>`select ${personOfRecord(sql`${session.personId}::bigint`)} as id`.execute(trx)
  return { personId: found(rows[0]).id, numberStated: false, doubted: false }
}

/** Appointments `a` that were booked with this number, whatever session it was. */
const bookedWith = (phone: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`a.channel = 'web' and a.booked_by in (select 'link:booking:' || s.id from booking_session s where s.phone = ${phone})`

/** Bookings of one number wait for each other, so that ten at once are not one each. */
async function mayHaveMore(trx: Trx, phone: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('booking.phone'), hashtext(${phoneHash(trx, phone)}))`.execute(
    trx,
  )
  const { 'appointment.web-open': most } = await readSettings(trx, ['appointment.web-open'])
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from appointment a
    where ${bookedWith(phone)} and a.status in ('booked', 'arrived') and a.starts_at > now()`.execute(trx)
  return (rows[0]?.n ?? 0) < most
}

/**
 * What a session sees: booked with its number, for its person. Neither somebody else on the same telephone nor what the hospital booked:
 * a number may have belonged to another person before.
 */
async function ownRows(db: Db, session: Session, id: number | null): Promise<AppointmentRow[]> {
  if (session.personId === null) return []
  const actor = actorOf(session, null)
  const { rows } = await sql<AppointmentRow>`
    select null as sort_key, ${appointmentColumns(actor)} from appointment a ${appointmentJoins}
    where a.person_id = any(${recordsOf(personOfRecord(sql`${session.personId}::bigint`))}) and ${bookedWith(session.phone)}
      and ${id === null ? sql`a.starts_at > now() - interval '7 days'` : sql`a.id = ${id}`}
    order by a.status = 'cancelled', a.starts_at, a.id limit 50`.execute(db)
  return rows
}

const actorOf = (session: Session, address: string | null): Actor =>
  bookingActor(session.id, session.personId ?? 0, address)

function view(row: AppointmentRow): Booking {
  const { id, version, number, status, siteId, siteName, timeZone, ...rest } = viewAppointment(row, true)
  return {
    id,
    version,
    number,
    status,
    cancelledBy: rest.cancelledBy,
    name: maskName(row.person_name),
    siteId,
    siteName,
    timeZone,
    departmentId: rest.departmentId,
    departmentName: rest.departmentName,
    staffName: rest.staffName,
    roomName: rest.roomName,
    directions: rest.directions,
    title: rest.title,
    preparation: rest.preparation,
    fee: rest.fee,
    queueNumber: rest.queueNumber,
    startsAt: rest.startsAt,
    endsAt: rest.endsAt,
    changeable: rest.abilities.change && row.starts_at > new Date(),
  }
}

async function one(db: Db, session: Session, id: number): Promise<Booking> {
  return view(found((await ownRows(db, session, id))[0]))
}

/** @throws {AppError} booking-ended */
export async function listMine(visitor: Visitor, token: string): Promise<{ items: Booking[] }> {
  const { db, address } = visitor
  const session = await enter(visitor, token)
  const rows = await ownRows(db, session, null)
  await audit(db, actorOf(session, address), {
    action: 'booking.list',
    personId: session.personId,
    subject: `appointments:${rows.map((row) => row.id).join(',')}`,
    fields: ['name-masked'],
  })
  return { items: rows.map(view) }
}

/** @throws {AppError} booking-ended, not-found */
export async function readMine(visitor: Visitor, token: string, id: number): Promise<Booking> {
  return one(visitor.db, await enter(visitor, token), id)
}

type Own = { token: string; id: number; version: number }

/** @throws {AppError} booking-ended, not-found, already-closed, changed-meanwhile */
export async function cancelMine(visitor: Visitor, { token, id, version }: Own): Promise<Booking> {
  const { session, actor } = await own(visitor, token, id)
  await transaction(visitor.db, (trx) =>
    cancelAppointment(trx, actor, id, { version, by: 'patient', reason: cancelReason }),
  )
  return one(visitor.db, session, id)
}

/** @throws {AppError} booking-ended, not-found, already-closed, changed-meanwhile, booking-limit, slot-taken, appointment-overlap, appointment-limit */
export async function moveMine(
  visitor: Visitor,
  { token, id, version, slotId }: Own & { slotId: number },
): Promise<Booking> {
  const { session, actor } = await own(visitor, token, id)
  await countOrRefuse(visitor, 'booking', session.phone)
  await transaction(visitor.db, (trx) =>
    rescheduleAppointment(trx, actor, id, { version, slotId, channel: 'web' }),
  )
  return one(visitor.db, session, id)
}

/** What has begun is no longer changed from outside. @throws {AppError} booking-ended, not-found, already-closed */
async function own(visitor: Visitor, token: string, id: number): Promise<{ session: Session; actor: Actor }> {
  const session = await enter(visitor, token)
  const row = found((await ownRows(visitor.db, session, id))[0])
  if (row.starts_at < new Date()) throw new AppError('already-closed')
  return { session, actor: actorOf(session, visitor.address) }
}
