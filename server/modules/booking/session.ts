import { sql } from 'kysely'
import type { BookingSession } from '../../../contract/booking.ts'
import { bookingActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { countStranger } from '../access/throttle.ts'
import { releaseSlots } from '../appointment/offer.ts'
import { holdSlot, publicSlots } from '../appointment/slot.ts'
import { maskPhone } from '../person/mask.ts'
import { readSettings } from '../setting/setting.ts'
import { proveNumber } from './code.ts'
import { newToken, tokenHash } from './key.ts'
import { countOrRefuse, noteRefusal, type Visitor } from './limit.ts'
import { chosenOf, onlyPersonOf, whoOf } from './who.ts'

const sessionMinutes = 30
const mostTries = 5

export type Session = {
  id: number
  phone: string
  siteId: number
  personId: number | null
  expiresAt: Date
}

const columns = sql`id, phone, site_id as "siteId", person_id as "personId", expires_at as "expiresAt"`

/** As whom a session holds a slot; the same name under which it books, so that it may take what it holds. */
const holderOf = (session: Session) => bookingActor(session.id, 0, null).id

/** @throws {AppError} booking-ended, too-many-requests */
export async function enter({ db, address }: Visitor, token: string): Promise<Session> {
  const { rows } = await sql<Session>`
    select ${columns} from booking_session where token_hash = ${tokenHash(token)} and expires_at > now()`.execute(
    db,
  )
  const [session] = rows
  if (session) return session
  if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
  throw new AppError('booking-ended')
}

type Proof = { request: string; phone: string; code: string; slotId: number | null }

/**
 * Opens a session by a code, and keeps the slot that was chosen; a slot that somebody else has meanwhile ends nothing.
 * @throws {AppError} booking-code-wrong, booking-code-ended, too-many-requests
 */
export async function openSession(
  visitor: Visitor,
  { slotId, ...proof }: Proof,
): Promise<BookingSession & { token: string }> {
  const { db } = visitor
  const { phone, siteId } = await proveNumber(visitor, proof, 'booking')
  const token = newToken()
  const { rows } = await sql<Session>`
    insert into booking_session (token_hash, phone, site_id, person_id, expires_at)
    values (${tokenHash(token)}, ${phone}, ${siteId}, ${await onlyPersonOf(db, phone)}, now() + ${sessionMinutes} * interval '1 minute')
    returning ${columns}`.execute(db)
  const session = found(rows[0])
  await note(visitor, session, 'booking.open')
  if (slotId !== null)
    await keep(visitor, session, slotId).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  return { ...(await viewSession(db, session)), token }
}

/** A session for somebody who has proved the number elsewhere. @returns its token */
export async function openSessionFor(
  trx: Trx,
  { phone, siteId, personId }: { phone: string; siteId: number; personId: number },
): Promise<string> {
  const token = newToken()
  await sql`
    insert into booking_session (token_hash, phone, site_id, person_id, expires_at)
    values (${tokenHash(token)}, ${phone}, ${siteId}, ${personId}, now() + ${sessionMinutes} * interval '1 minute')`.execute(
    trx,
  )
  return token
}

/** Who looked at whose masked name, from where. */
async function note({ db, address }: Visitor, { id, personId }: Session, action: string): Promise<void> {
  await audit(db, bookingActor(id, personId ?? 0, address), {
    action,
    personId,
    subject: `booking:${id}`,
    fields: ['name-masked'],
  })
}

export async function viewSession(db: Db, session: Session): Promise<BookingSession> {
  const { rows } = await sql<{ id: number; held_until: Date }>`
    select id, held_until from slot where status = 'held' and held_by = ${holderOf(session)} and held_until > now() limit 1`.execute(
    db,
  )
  const [held] = rows
  return {
    phone: maskPhone(session.phone),
    expiresAt: session.expiresAt.toISOString(),
    who: await whoOf(db, session),
    hold: held ? { slotId: held.id, until: held.held_until.toISOString() } : null,
  }
}

export async function readSession(visitor: Visitor, token: string): Promise<BookingSession> {
  return viewSession(visitor.db, await enter(visitor, token))
}

/** @throws {AppError} booking-ended, slot-taken, not-found, booking-limit */
export async function holdForSession(
  visitor: Visitor,
  token: string,
  slotId: number,
): Promise<BookingSession> {
  const session = await enter(visitor, token)
  await keep(visitor, session, slotId)
  return viewSession(visitor.db, session)
}

async function keep(visitor: Visitor, session: Session, slotId: number): Promise<void> {
  const { db } = visitor
  await countOrRefuse(visitor, 'hold', session.phone)
  const holder = holderOf(session)
  const { 'appointment.hold-minutes': minutes } = await readSettings(db, ['appointment.hold-minutes'])
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ id: number }>`
      select id from slot where status = 'held' and held_by = ${holder} and id <> ${slotId} order by id for update`.execute(
      trx,
    )
    await releaseSlots(
      trx,
      rows.map((row) => row.id),
    )
    await holdSlot(trx, holder, { slotId, channel: 'web', within: publicSlots }, { minutes, most: 1 })
  })
}

/**
 * Which of those with this number it is. Wrong years are few, then the session is over: they are asked for because a telephone is shared.
 * @throws {AppError} booking-ended, birth-year-wrong
 */
export async function choosePerson(
  visitor: Visitor,
  { token, ...choice }: { token: string; name: string; birthYear: number },
): Promise<BookingSession> {
  const { db } = visitor
  const session = await enter(visitor, token)
  const { rows } = await sql<{ tries: number }>`
    update booking_session set tries = tries + 1 where id = ${session.id} returning tries`.execute(db)
  const tries = rows[0]?.tries ?? mostTries
  const personId = tries > mostTries ? undefined : await chosenOf(db, session.phone, choice)
  if (personId === undefined) {
    if (tries < mostTries) throw new AppError('birth-year-wrong')
    await sql`update booking_session set expires_at = now() where id = ${session.id}`.execute(db)
    await noteRefusal(visitor, 'try', 'phone', session.phone)
    throw new AppError('booking-ended')
  }
  await sql`update booking_session set person_id = ${personId} where id = ${session.id}`.execute(db)
  const chosen = { ...session, personId }
  await note(visitor, chosen, 'booking.choose')
  return viewSession(db, chosen)
}
