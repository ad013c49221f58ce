import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import { personWithin } from '../person/scope.ts'
import { bookSlot, lockReached, moveTo } from './book.ts'
import { closeOffer, type Offer, offerColumns, offerHolder, offerEvent } from './offer.ts'
import { endEntry } from './waitlist.ts'

/**
 * Takes an offered slot, or leaves it to the next. An answer that was given already stays.
 * @returns the appointment that it became
 * @throws {AppError} not-found, already-closed, slot-taken, appointment-overlap, appointment-limit
 */
export async function decideOffer(
  trx: Trx,
  actor: Actor,
  id: number,
  accept: boolean,
): Promise<number | null> {
  const reach = authorize(actor, 'appointment.write')
  const { rows } = await sql<Offer>`
    select ${offerColumns} from slot_offer o where o.id = ${id} and ${personWithin(reach, personOfRecord(sql`o.person_id`))} for update`.execute(
    trx,
  )
  const offer = found(rows[0])
  if (offer.status !== 'open' || offer.expires_at < new Date() || offer.slot_id === null)
    throw new AppError('already-closed')
  if (!accept) {
    await closeOffer(trx, offer, 'declined')
    await log(trx, actor, offer, false)
    return null
  }
  const urgent = offer.task_id !== null
  const slot = { slotId: offer.slot_id, channel: urgent ? ('green' as const) : ('phone' as const) }
  const claim = { holder: offerHolder(id), within: sql<boolean>`true` }
  const { id: appointmentId } =
    offer.appointment_id === null
      ? await bookSlot(
          trx,
          actor,
          { personId: offer.person_id, ...slot, urgent, taskId: offer.task_id },
          claim,
        )
      : await moveTo(
          trx,
          actor,
          await lockReached(trx, actor, offer.appointment_id, sql`a.id = ${offer.appointment_id}`),
          slot,
          claim,
        )
  await sql`update slot_offer set status = 'accepted', decided_at = now() where id = ${id}`.execute(trx)
  await recordEvents(trx, [offerEvent(offer, 'appointment.offer-closed', { status: 'accepted' })])
  if (offer.waitlist_entry_id !== null) await endEntry(trx, offer.waitlist_entry_id, 'booked', null)
  await log(trx, actor, offer, true)
  return appointmentId
}

const log = (trx: Trx, actor: Actor, offer: Offer, accept: boolean) =>
  audit(trx, actor, {
    action: accept ? 'offer.accept' : 'offer.decline',
    personId: offer.person_id,
    subject: `offer:${offer.id}`,
  })
