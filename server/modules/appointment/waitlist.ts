import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  joinWaitlist as joinRoute,
  listWaitlist as listRoute,
  WaitlistEntry,
} from '../../../contract/waitlist.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { shiftDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { joinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { nameSeenBy, personWithin } from '../person/scope.ts'
import { assertOfSite } from './catalogue.ts'
import { closeOffer, lockWaitlist, type Offer, offerable, offerColumns, offerFree } from './offer.ts'
import { placeWithin, siteReached } from './scope.ts'

/** @throws {AppError} not-found, invalid, already-exists, deceased */
export async function joinWaitlist(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof joinRoute.body>,
): Promise<number> {
  const reach = authorize(actor, 'appointment.write')
  const { person, deceased } = await loadPerson(trx, actor, input.personId)
  if (deceased) throw new AppError('deceased')
  const { departmentId, staffId, visitTypeId, earliest, latest } = input
  if (latest < earliest)
    throw new AppError('invalid', undefined, [{ path: 'latest', message: 'is before the first day' }])
  if (latest < shiftDate(new Date().toISOString().slice(0, 10), -1))
    throw new AppError('invalid', undefined, [{ path: 'latest', message: 'is over' }])
  const { rows: places } = await sql<{ site_id: number }>`
    select d.site_id from department d where d.id = ${departmentId} and ${siteReached(reach, sql`d.site_id`)}`.execute(
    trx,
  )
  const siteId = found(places[0]).site_id
  if (visitTypeId !== null)
    await assertOfSite(trx, siteId, { departmentId, staffId, roomId: null, equipmentId: null, visitTypeId })
  if (staffId !== null && !(await worksIn(trx, staffId, departmentId)))
    throw new AppError('invalid', undefined, [
      { path: 'staffId', message: 'has no clinics in this department' },
    ])
  await lockWaitlist(trx, departmentId)
  const { rows: before } = await sql`
    select 1 from waitlist_entry where person_id = any(${recordsOf(sql`${person.id}`)}) and department_id = ${departmentId} and status = 'waiting'
      and staff_id is not distinct from ${staffId}`.execute(trx)
  if (before.length > 0) throw new AppError('already-exists')
  const { rows } = await sql<{ id: number }>`
    insert into waitlist_entry (site_id, person_id, department_id, staff_id, visit_type_id, earliest, latest, part_of_day, urgent, note,
      appointment_id, created_by, created_by_name)
    select ${siteId}, ${person.id}, ${departmentId}, ${staffId}::int, ${visitTypeId}::int, ${earliest}::date, ${latest}::date, ${input.partOfDay}, ${input.urgent},
      ${input.note || null}, a.id, ${actor.id}, ${actor.name}
    from (select 1) x left join appointment a on a.id = ${input.appointmentId}::bigint and a.person_id = any(${recordsOf(sql`${person.id}`)})
      and a.status = 'booked' returning id`.execute(trx)
  const { id } = found(rows[0])
  await tell(trx, actor, { id, person_id: person.id }, 'waitlist.joined')
  // What is free already need not be waited for.
  const { rows: free } = await sql<{ id: number }>`
    select l.id from slot l join site s on s.id = l.site_id where l.department_id = ${departmentId} and ${offerable}
      and (${staffId}::int is null or l.staff_id = ${staffId}) and (${visitTypeId}::int is null or l.visit_type_id = ${visitTypeId})
      and (l.starts_at at time zone s.time_zone)::date between ${earliest}::date and ${latest}::date and (${input.partOfDay}::text is null
        or (${input.partOfDay} = 'morning') = (extract(hour from l.starts_at at time zone s.time_zone) < 12))
    order by l.starts_at, l.id limit 5`.execute(trx)
  await offerFree(
    trx,
    free.map((one) => one.id),
  )
  return id
}

/** Of the department, or with clinics in it. */
async function worksIn(trx: Trx, staffId: number, departmentId: number): Promise<boolean> {
  const { rows } = await sql`
    select 1 from staff h where h.id = ${staffId} and (h.department_id = ${departmentId} or exists (
      select 1 from clinic_session c where c.staff_id = h.id and c.department_id = ${departmentId} and upper(c.period) > now()))`.execute(
    trx,
  )
  return rows.length > 0
}

async function tell(
  trx: Trx,
  actor: Actor,
  entry: { id: number; person_id: number },
  kind: 'waitlist.joined' | 'waitlist.left',
) {
  await recordEvents(trx, [
    {
      personId: entry.person_id,
      at: new Date(),
      kind,
      source: sourceOf(actor),
      actorId: actor.id,
      data: { code: { text: '' } },
    },
  ])
  await audit(trx, actor, { action: kind, personId: entry.person_id, subject: `waitlist:${entry.id}` })
}

/** @throws {AppError} not-found, already-closed */
export async function leaveWaitlist(trx: Trx, actor: Actor, id: number, reason: string): Promise<void> {
  const reach = authorize(actor, 'appointment.write')
  const { rows } = await sql<{ id: number; person_id: number; status: string }>`
    select w.id, w.person_id, w.status from waitlist_entry w where w.id = ${id} and ${entryWithin(reach)} for update`.execute(
    trx,
  )
  const entry = found(rows[0])
  if (entry.status !== 'waiting') throw new AppError('already-closed')
  await endEntry(trx, id, 'withdrawn', reason)
  const { rows: open } = await sql<Offer>`
    select ${offerColumns} from slot_offer o where o.waitlist_entry_id = ${id} and o.status = 'open' for update`.execute(
    trx,
  )
  for (const offer of open) await closeOffer(trx, offer, 'withdrawn')
  await tell(trx, actor, entry, 'waitlist.left')
}

export async function endEntry(
  trx: Trx,
  id: number,
  status: 'booked' | 'withdrawn' | 'expired',
  reason: string | null,
): Promise<void> {
  await sql`
    update waitlist_entry set status = ${status}, ended_at = now(), end_reason = ${reason} where id = ${id} and status = 'waiting'`.execute(
    trx,
  )
}

const entryWithin = (reach: Parameters<typeof placeWithin>[0]): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${placeWithin(reach, 'w')} or ${personWithin(reach, personOfRecord(sql`w.person_id`))})`

type Row = Sorted &
  Omit<WaitlistEntry, 'createdAt' | 'offer'> & {
    created_at: Date
    offer: WaitlistEntry['offer']
    urgent_key: number
  }

/** The order in which freed slots are offered. */
const byTurn: UsualOrder<Row> = {
  by: sql`w.urgent desc, w.id`,
  beyond(cursor) {
    const after = decodeCursor<[number, number]>(cursor, ['number', 'number'])
    return after
      ? [sql<SqlBool>`(case when w.urgent then 0 else 1 end, w.id) > (${after[0]}::int, ${after[1]}::bigint)`]
      : []
  },
  key: (row) => [row.urgent ? 0 : 1, row.id],
}

export async function listWaitlist(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const reach = authorize(actor, 'appointment.read')
  const order = listOrder({ created: { by: sql`w.created_at`, type: 'time' } }, sql`w.id`, byTurn, query)
  const where = [
    reach.only ? sql<SqlBool>`false` : query.personId ? entryWithin(reach) : placeWithin(reach, 'w'),
    sql<SqlBool>`w.status = ${query.status}`,
  ]
  if (query.siteId) where.push(sql`w.site_id = ${query.siteId}`)
  if (query.departmentId) where.push(sql`w.department_id = ${query.departmentId}`)
  if (query.personId) where.push(sql`w.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  const from = sql`
    from waitlist_entry w ${joinPerson(sql`w.person_id`)} join department d on d.id = w.department_id
      left join staff h on h.id = w.staff_id left join visit_type v on v.id = w.visit_type_id
    where ${sql.join(where, sql` and `)}`
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, w.id, w.status, w.site_id as "siteId", p.id as "personId", ${nameSeenBy(actor)} as "personName",
      w.department_id as "departmentId", d.name as "departmentName", w.staff_id as "staffId", h.name as "staffName",
      w.visit_type_id as "visitTypeId", v.name as "visitTypeName", w.earliest::text as earliest, w.latest::text as latest,
      w.part_of_day as "partOfDay", w.urgent, w.note, w.appointment_id as "appointmentId", w.created_at, w.created_by_name as "createdByName",
      w.end_reason as "endReason",
      (select count(*)::int from waitlist_entry o where o.department_id = w.department_id and o.status = 'waiting'
        and (case when o.urgent then 0 else 1 end, o.id) < (case when w.urgent then 0 else 1 end, w.id)) as ahead,
      (select jsonb_build_object('id', o.id, 'status', o.status, 'startsAt', o.starts_at, 'offeredAt', o.offered_at, 'expiresAt', o.expires_at,
        'decidedAt', o.decided_at) from slot_offer o where o.waitlist_entry_id = w.id order by o.id desc limit 1) as offer
    ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'waitlist.list',
    subject: `persons:${rows.map((row) => row.personId).join(',')}`,
    fields: ['name'],
  })
  return { ...order.page(rows, query.limit, view), total: await totalOf(db, query, from) }
}

function view({ sort_key: _, created_at, offer, ...row }: Row): WaitlistEntry {
  const iso = (at: string) => new Date(at).toISOString()
  return {
    ...row,
    createdAt: created_at.toISOString(),
    offer: offer && {
      ...offer,
      startsAt: iso(offer.startsAt),
      offeredAt: iso(offer.offeredAt),
      expiresAt: iso(offer.expiresAt),
      decidedAt: offer.decidedAt && iso(offer.decidedAt),
    },
  }
}
