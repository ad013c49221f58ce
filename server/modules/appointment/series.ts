import { sql } from 'kysely'
import type { z } from 'zod'
import type { Appointment, bookSeries as seriesRoute, BookedSeries } from '../../../contract/appointment.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { addDays } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db.ts'
import { appointmentWithin, bookSlot, cancelLocked, lockReached, slotsOf } from './book.ts'
import { openTo } from './slot.ts'

/** How far a visit of a series may lie from its day. */
const toleranceDays = 2

/**
 * Books a course of visits: the chosen slot, and then the slots nearest to the same time every so many days, with the same doctor if there is
 * one that day. All of what it finds, or nothing; the days without a slot are named.
 * @throws {AppError} as booking one, for the first visit
 */
export async function bookSeries(
  trx: Trx,
  actor: Actor,
  { personId, slotId, channel, count, everyDays, note }: z.output<typeof seriesRoute.body>,
): Promise<BookedSeries> {
  const claim = { holder: actor.id, within: slotsOf(actor, authorize(actor, 'appointment.write')) }
  const wanted = { personId, channel, note, series: true }
  const first = await bookSlot(trx, actor, { ...wanted, slotId }, claim)
  const booked: Appointment[] = [first]
  const missing: string[] = []
  for (let nr = 1; nr < count; nr++) {
    const at = addDays(new Date(first.startsAt), nr * everyDays, first.timeZone)
    const { rows } = await sql<{ id: number }>`
      select l.id from slot l
      where l.department_id = ${first.departmentId} and l.visit_type_id = ${first.visitTypeId} and l.status = 'free' and not l.overbooked
        and ${claim.within} and ${openTo(channel)} and l.starts_at > now()
        and l.starts_at between ${at}::timestamptz - ${toleranceDays} * interval '1 day' and ${at}::timestamptz + ${toleranceDays} * interval '1 day'
        and (l.starts_at at time zone ${first.timeZone})::date > (${booked.at(-1)?.startsAt}::timestamptz at time zone ${first.timeZone})::date
        and not exists (select 1 from appointment a where a.person_id = ${first.personId} and a.status in ('booked', 'arrived')
          and a.starts_at < l.ends_at and coalesce(a.ends_at, a.starts_at) > l.starts_at)
      order by l.staff_id is distinct from ${first.staffId}::int, abs(extract(epoch from l.starts_at - ${at}::timestamptz)), l.id
      limit 1 for update of l skip locked`.execute(trx)
    const [slot] = rows
    if (slot) booked.push(await bookSlot(trx, actor, { ...wanted, slotId: slot.id }, claim))
    else missing.push(at.toISOString())
  }
  await sql`
    update appointment set series_id = ${first.id} where id = any(${booked.map((one) => one.id)}::bigint[])`.execute(
    trx,
  )
  return { items: booked.map((one) => ({ ...one, seriesId: first.id })), missing }
}

/** Cancels those of its series that come after it. @returns how many */
export async function cancelLater(
  trx: Trx,
  actor: Actor,
  one: Appointment,
  said: Parameters<typeof cancelLocked>[3],
): Promise<number> {
  if (one.seriesId === null) return 0
  const within = appointmentWithin(authorize(actor, 'appointment.write'))
  const { rows } = await sql<{ id: number }>`
    select a.id from appointment a where a.series_id = ${one.seriesId} and a.status = 'booked' and a.starts_at > ${one.startsAt} and ${within}
    order by a.id for update`.execute(trx)
  for (const { id } of rows) await cancelLocked(trx, actor, await lockReached(trx, actor, id, within), said)
  return rows.length
}
