import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { attendLocked } from './attendance.ts'
import { lockReached } from './book.ts'
import { noShowActor, rulesOfSites } from './restriction.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { createTasks } from '../task/create.ts'
import { expireOffers, expiryAt, keepFor, offerFree, releaseDue } from './offer.ts'
import { endEntry } from './waitlist.ts'

/** What time does to slots: holds and offers run out, what became free is offered, suspended patients get another time. @returns how many */
export async function settleSlots(db: Db): Promise<number> {
  let done = 0
  for (const work of [
    missLate,
    releaseDue,
    expireOffers,
    expireEntries,
    offerToWaiting,
    offerAlternatives,
    askToCall,
  ])
    done += await transaction(db, work)
  return done
}

/** Who has not come by the time that the site's no-show rule allows; without a rule staff say so. */
async function missLate(trx: Trx): Promise<number> {
  let done = 0
  for (const [siteId, { lateMinutes }] of await rulesOfSites(trx)) {
    const { rows } = await sql<{ id: number }>`
      select a.id from appointment a
      where a.site_id = ${siteId} and a.status = 'booked' and a.source = 'careloop' and not a.conflict and a.rebook is null
        and a.starts_at between now() - interval '7 days' and now() - ${lateMinutes} * interval '1 minute'
      order by a.starts_at, a.id limit 200 for update skip locked`.execute(trx)
    for (const { id } of rows)
      await attendLocked(trx, noShowActor, await lockReached(trx, noShowActor, id, sql`a.id = ${id}`), 'miss')
    done += rows.length
  }
  return done
}

/** Who waited until the last day. */
async function expireEntries(trx: Trx): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select w.id from waitlist_entry w join site s on s.id = w.site_id
    where w.status = 'waiting' and w.latest < (now() at time zone s.time_zone)::date order by w.id limit 100 for update of w skip locked`.execute(
    trx,
  )
  for (const { id } of rows) await endEntry(trx, id, 'expired', null)
  return rows.length
}

/** Slots that became free by time, such as released quotas and new sessions, for those who wait. */
async function offerToWaiting(trx: Trx): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select distinct x.id from waitlist_entry w join site s on s.id = w.site_id cross join lateral (
      select l.id from slot l where l.department_id = w.department_id and l.status = 'free' and not l.overbooked and l.starts_at > now() + interval '1 hour'
        and (l.channel is null or l.release_at <= now()) and (w.staff_id is null or l.staff_id = w.staff_id)
        and (w.visit_type_id is null or l.visit_type_id = w.visit_type_id)
        and (l.starts_at at time zone s.time_zone)::date between w.earliest and w.latest
        and (w.part_of_day is null or (w.part_of_day = 'morning') = (extract(hour from l.starts_at at time zone s.time_zone) < 12))
        and not exists (select 1 from slot_offer o where o.waitlist_entry_id = w.id and o.slot_id = l.id)
        and not exists (select 1 from appointment a where a.id = w.appointment_id and (a.status <> 'booked' or a.starts_at <= l.starts_at))
        and not exists (select 1 from appointment a where a.person_id = w.person_id and a.id is distinct from w.appointment_id
          and a.status in ('booked', 'arrived') and a.starts_at < l.ends_at and coalesce(a.ends_at, a.starts_at) > l.starts_at)
      order by l.starts_at, l.id limit 1) x
    where w.status = 'waiting' and not exists (select 1 from slot_offer o where o.waitlist_entry_id = w.id and o.status = 'open')
    order by x.id limit 50`.execute(trx)
  return offerFree(
    trx,
    rows.map((row) => row.id),
  )
}

type Wanted = {
  id: number
  person_id: number
  site_id: number
  department_id: number | null
  staff_id: number | null
  visit_type_id: number | null
  starts_at: Date
  ends_at: Date
  zone: string
}

/** Another time for those whose clinic is suspended: the same doctor if possible, soon after. */
async function offerAlternatives(trx: Trx): Promise<number> {
  const { rows } = await sql<Wanted>`
    select a.id, a.person_id, a.site_id, a.department_id, a.staff_id, a.visit_type_id, a.starts_at, coalesce(a.ends_at, a.starts_at) as ends_at,
      s.time_zone as zone
    from appointment a join site s on s.id = a.site_id where a.rebook = 'wanted' order by a.urgent desc, a.id limit 100 for update of a skip locked`.execute(
    trx,
  )
  const expiries = new Map<number, Date>()
  for (const { site_id: siteId, zone } of rows)
    if (!expiries.has(siteId)) expiries.set(siteId, await expiryAt(trx, siteId, zone))
  const events: NewEvent[] = []
  const offered: number[] = []
  for (const one of rows) {
    const slot = await alternativeFor(trx, one)
    const expiresAt = expiries.get(one.site_id)
    if (!slot || !expiresAt || expiresAt >= slot.starts_at) continue
    const event = await keepFor(trx, slot, {
      personId: one.person_id,
      appointmentId: one.id,
      expiresAt,
      reason: 'suspension',
    })
    if (!event) continue
    events.push(event)
    offered.push(one.id)
  }
  await recordEvents(trx, events)
  await sql`
    update appointment set rebook = case when id = any(${offered}::bigint[]) then 'offered' else 'call' end, version = version + 1
    where id = any(${rows.map((one) => one.id)}::bigint[])`.execute(trx)
  return rows.length
}

/** The same doctor's next slot, else the department's: each by its own index, as thousands may ask at once. */
async function alternativeFor(trx: Trx, one: Wanted) {
  const next = async (whose: RawBuilder<SqlBool>) => {
    const { rows } = await sql<{ id: number; site_id: number; starts_at: Date }>`
      select l.id, l.site_id, l.starts_at from slot l
      where ${whose} and l.status = 'free' and not l.overbooked and l.starts_at > greatest(now(), ${one.starts_at}::timestamptz - interval '1 day')
        and (l.channel is null or l.release_at <= now()) and l.visit_type_id = ${one.visit_type_id}
        and not exists (select 1 from appointment a where a.person_id = any(${recordsOf(sql`${one.person_id}`)}) and a.id <> ${one.id}
          and a.status in ('booked', 'arrived') and a.starts_at < l.ends_at and coalesce(a.ends_at, a.starts_at) > l.starts_at)
      order by l.starts_at, l.id limit 1 for update skip locked`.execute(trx)
    return rows[0]
  }
  return (
    (one.staff_id !== null && (await next(sql`l.staff_id = ${one.staff_id}`))) ||
    (await next(sql`l.department_id = ${one.department_id}`))
  )
}

/** Who found no other time, or said nothing or no to it, is called by the service centre. */
async function askToCall(trx: Trx): Promise<number> {
  const { rows } = await sql<Wanted & { title: string; version: number }>`
    select a.id, a.version, a.person_id, a.site_id, a.department_id, a.staff_id, a.visit_type_id, a.starts_at, a.ends_at, s.time_zone as zone,
      concat_ws(' ', to_char(a.starts_at at time zone s.time_zone, 'MM-DD HH24:MI'), d.name, a.title) as title
    from appointment a join site s on s.id = a.site_id left join department d on d.id = a.department_id
    where a.rebook = 'call' and a.status = 'booked' order by a.id limit 100 for update of a skip locked`.execute(
    trx,
  )
  const now = new Date()
  await createTasks(
    trx,
    rows.map((one) => ({
      kind: 'other' as const,
      level: null,
      title: `停诊改约：${one.title}`,
      description: null,
      personId: one.person_id,
      subject: { kind: 'appointment', id: one.id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `rebook:${one.id}:${one.version}`,
      place: { siteId: one.site_id, departmentId: one.department_id, attendingStaffId: null },
      assignee: 'service-centre' as const,
      priority: 2 as const,
      startAt: now,
      dueAt: new Date(Math.min(now.getTime() + 86_400_000, one.starts_at.getTime())),
      questionnaireVersionId: null,
    })),
  )
  await sql`update appointment set rebook = 'called' where id = any(${rows.map((one) => one.id)}::bigint[])`.execute(
    trx,
  )
  return rows.length
}
