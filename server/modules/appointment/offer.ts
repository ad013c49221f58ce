import { sql, type SqlBool } from 'kysely'
import type { EventKind } from '../../../contract/timeline.ts'
import { loadCalendars, nextOpening } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { readSettings } from '../setting/setting.ts'
import { freeSlots } from './slot.ts'

export type Offer = {
  id: number
  site_id: number
  person_id: number
  slot_id: number | null
  waitlist_entry_id: number | null
  appointment_id: number | null
  task_id: number | null
  starts_at: Date
  expires_at: Date
  status: string
}

/** Who holds the slot of an offer. */
export const offerHolder = (id: number): string => `offer:${id}`

type Freed = {
  id: number
  site_id: number
  department_id: number
  staff_id: number | null
  visit_type_id: number
  starts_at: Date
  ends_at: Date
  zone: string
}

/**
 * Slots that nobody needs any more: each is free, and offered at once to the first on the waitlist whom it suits. The order is urgent ones first,
 * then as they came; one list at a time, so that nobody is passed over.
 */
export async function releaseSlots(trx: Trx, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await freeSlots(trx, ids)
  await offerFree(trx, ids)
}

/** Slots `l` that may go to somebody who waits: free, and kept for no channel any longer. */
export const offerable = sql<SqlBool>`(l.status = 'free' and not l.overbooked and (l.channel is null or l.release_at <= now()) and l.starts_at > now())`

/** Offers those of these slots that are free. @returns how many offers were made */
export async function offerFree(trx: Trx, ids: number[]): Promise<number> {
  const { rows } = await sql<Freed>`
    select l.id, l.site_id, l.department_id, l.staff_id, l.visit_type_id, l.starts_at, l.ends_at, s.time_zone as zone
    from slot l join site s on s.id = l.site_id
    where l.id = any(${ids}::bigint[]) and ${offerable} and exists (select 1 from waitlist_entry w where w.department_id = l.department_id and w.status = 'waiting')
    order by l.starts_at, l.id`.execute(trx)
  let made = 0
  for (const slot of rows) made += Number(await offerSlot(trx, slot))
  return made
}

/** One list of a department is worked by one transaction at a time. */
export const lockWaitlist = (trx: Trx, departmentId: number) =>
  sql`select pg_advisory_xact_lock(hashtext('waitlist'), ${departmentId}::int)`.execute(trx)

async function offerSlot(trx: Trx, slot: Freed): Promise<boolean> {
  await lockWaitlist(trx, slot.department_id)
  const expiresAt = await expiryAt(trx, slot.site_id, slot.zone)
  if (expiresAt >= slot.starts_at) return false
  const { rows } = await sql<{ id: number; person_id: number; appointment_id: number | null }>`
    select w.id, w.person_id, w.appointment_id from waitlist_entry w
    where w.department_id = ${slot.department_id} and w.status = 'waiting'
      and (w.staff_id is null or w.staff_id = ${slot.staff_id}) and (w.visit_type_id is null or w.visit_type_id = ${slot.visit_type_id})
      and (${slot.starts_at}::timestamptz at time zone ${slot.zone})::date between w.earliest and w.latest
      and (w.part_of_day is null or (w.part_of_day = 'morning') = (extract(hour from ${slot.starts_at}::timestamptz at time zone ${slot.zone}) < 12))
      and not exists (select 1 from slot_offer o where o.waitlist_entry_id = w.id and (o.status = 'open' or o.slot_id = ${slot.id}))
      and not exists (select 1 from appointment a where a.id = w.appointment_id and (a.status <> 'booked' or a.starts_at <= ${slot.starts_at}))
      and not exists (select 1 from appointment a where a.person_id = w.person_id and a.id is distinct from w.appointment_id
        and a.status in ('booked', 'arrived') and a.starts_at < ${slot.ends_at} and coalesce(a.ends_at, a.starts_at) > ${slot.starts_at})
    order by w.urgent desc, w.id limit 1 for update`.execute(trx)
  const [first] = rows
  if (!first) return false
  return makeOffer(trx, slot, {
    personId: first.person_id,
    entryId: first.id,
    appointmentId: first.appointment_id,
    expiresAt,
    reason: 'waitlist',
  })
}

/** Until when somebody may answer an offer of a site, counted from the next hour at which they may be written to. */
export async function expiryAt(trx: Trx, siteId: number, zone: string): Promise<Date> {
  const rules = await readSettings(
    trx,
    ['appointment.offer-minutes', 'contact.quiet-from', 'contact.quiet-to'],
    siteId,
  )
  const [from, to] = [rules['contact.quiet-to'], rules['contact.quiet-from']]
  const now = new Date()
  const calendar = (await loadCalendars(trx))(siteId)
  const open = from < to ? nextOpening(now, { from, to, workingDaysOnly: false }, zone, calendar) : now
  return new Date(open.getTime() + rules['appointment.offer-minutes'] * 60_000)
}

type NewOffer = {
  personId: number
  entryId?: number
  appointmentId?: number | null
  taskId?: number
  expiresAt: Date
  reason: 'waitlist' | 'suspension' | 'red-flag'
}

type PlaceToOffer = { id: number; site_id: number; starts_at: Date }

/** Keeps a free slot for somebody and says so. @returns whether it was still free */
export async function makeOffer(trx: Trx, slot: PlaceToOffer, offer: NewOffer): Promise<boolean> {
  const event = await keepFor(trx, slot, offer)
  if (event) await recordEvents(trx, [event])
  return event !== null
}

/** Keeps a free slot for somebody. @returns the event that has to be recorded; null when the slot was not free any more */
export async function keepFor(
  trx: Trx,
  slot: PlaceToOffer,
  { personId, entryId, appointmentId, taskId, expiresAt, reason }: NewOffer,
): Promise<NewEvent | null> {
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into slot_offer (site_id, person_id, slot_id, waitlist_entry_id, appointment_id, task_id, starts_at, expires_at)
      select ${slot.site_id}, ${personId}, l.id, ${entryId ?? null}::bigint, ${appointmentId ?? null}::bigint, ${taskId ?? null}::bigint, l.starts_at, ${expiresAt}
      from slot l where l.id = ${slot.id} and l.status = 'free' for update of l returning id, slot_id)
    update slot l set status = 'held', held_by = 'offer:' || made.id, held_until = ${expiresAt}
    from made where l.id = made.slot_id returning made.id`.execute(trx)
  const id = rows[0]?.id
  if (id === undefined) return null
  return offerEvent({ id, person_id: personId, starts_at: slot.starts_at }, 'appointment.offered', {
    reason,
  })
}

/** For the person's timeline and the pathways that tell them. */
export const offerEvent = (
  offer: Pick<Offer, 'id' | 'person_id' | 'starts_at'>,
  kind: EventKind,
  data: Record<string, unknown>,
): NewEvent => ({
  personId: offer.person_id,
  at: new Date(),
  kind,
  source: 'careloop',
  data: {
    subject: { kind: 'slot-offer', id: offer.id },
    code: { text: '' },
    start: offer.starts_at.toISOString(),
    ...data,
  },
})

/** Ends an offer that nobody took; its slot goes to the next. */
export async function closeOffer(
  trx: Trx,
  offer: Offer,
  status: 'declined' | 'expired' | 'withdrawn',
): Promise<void> {
  await sql`update slot_offer set status = ${status}, decided_at = now() where id = ${offer.id}`.execute(trx)
  if (offer.waitlist_entry_id === null && offer.appointment_id !== null)
    await sql`update appointment set rebook = 'call', version = version + 1 where id = ${offer.appointment_id} and rebook is not null`.execute(
      trx,
    )
  await recordEvents(trx, [offerEvent(offer, 'appointment.offer-closed', { status })])
  if (offer.slot_id !== null) await releaseHold(trx, offerHolder(offer.id), offer.slot_id)
}

/** Gives back one's own hold; nothing happens when there is none. */
export async function releaseHold(trx: Trx, holder: string, slotId: number): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from slot where id = ${slotId} and status = 'held' and held_by = ${holder} for update`.execute(
    trx,
  )
  await releaseSlots(
    trx,
    rows.map((row) => row.id),
  )
}

/** Frees holds that have run out; those of offers end with their offer. @returns how many */
export async function releaseDue(trx: Trx): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id from slot where status = 'held' and held_until < now() and held_by not like 'offer:%' order by id limit 500
    for update skip locked`.execute(trx)
  await releaseSlots(
    trx,
    rows.map((row) => row.id),
  )
  return rows.length
}

export const offerColumns = sql`
  o.id, o.site_id, o.person_id, o.slot_id, o.waitlist_entry_id, o.appointment_id, o.task_id, o.starts_at, o.expires_at, o.status`

/** Ends offers that were not answered in time. @returns how many */
export async function expireOffers(trx: Trx): Promise<number> {
  const { rows } = await sql<Offer>`
    select ${offerColumns} from slot_offer o where o.status = 'open' and o.expires_at < now() order by o.id limit 100 for update skip locked`.execute(
    trx,
  )
  for (const offer of rows) await closeOffer(trx, offer, 'expired')
  return rows.length
}
