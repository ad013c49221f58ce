import { type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  BookingRestriction,
  listBookingRestrictions as listRoute,
} from '../../../contract/booking-restriction.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertSortable, listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { joinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { nameSeenBy, personWithin } from '../person/scope.ts'
import { appointmentWithin, lockReached } from './book.ts'
import { judgeNoShows, liftRestriction, stands } from './restriction.ts'
import { authorizePlace, placeWithin, siteReached } from './scope.ts'
import { numberOf } from './view.ts'

type Told = { id: number; startsAt: string; departmentName: string | null }
type Row = Sorted & {
  site_id: number
  site_name: string
  person_id: number
  person_name: string
  from_at: Date
  until: Date
  status: BookingRestriction['status']
  rule: BookingRestriction['rule']
  counted: (Told & { kind: BookingRestriction['counted'][number]['kind'] })[]
  left_out: (Told & { why: BookingRestriction['leftOut'][number]['why'] })[]
  appeal: string | null
  appealed_at: Date | null
  appealed_by_name: string | null
  upheld_at: Date | null
  ended_at: Date | null
  ended_by_name: string | null
  end_reason: string | null
}

/** Entries of `list` with what is known of their appointments. */
const told = (list: string) => sql`
  coalesce((select jsonb_agg(x || jsonb_build_object('startsAt', a.starts_at, 'departmentName', d.name) order by a.starts_at, a.id)
    from jsonb_array_elements(${sql.ref(`r.${list}`)}) x join appointment a on a.id = (x ->> 'id')::bigint
      left join department d on d.id = a.department_id), '[]')`

const columns = (actor: Actor) => sql`
  r.id, r.site_id, s.name as site_name, p.id as person_id, ${nameSeenBy(actor)} as person_name, r.from_at, r.until,
  case when r.ended_at is not null then 'lifted' when r.until > now() then 'active' else 'over' end as status, r.rule,
  ${told('counted')} as counted, ${told('left_out')} as left_out, r.appeal, r.appealed_at, r.appealed_by_name, r.upheld_at, r.ended_at,
  r.ended_by_name, r.end_reason`
const joins = sql`join site s on s.id = r.site_id ${joinPerson(sql`r.person_id`)}`

const newest: UsualOrder<Row> = {
  by: sql`r.id desc`,
  beyond(cursor) {
    const after = decodeCursor<[number]>(cursor, ['number'])
    return after ? [sql<SqlBool>`r.id < ${after[0]}::bigint`] : []
  },
  key: (row) => [row.id],
}

const within = (actor: Actor, personId: number | undefined) => {
  const reach = authorize(actor, 'appointment.read')
  if (!personId) return reach.only ? sql<SqlBool>`false` : siteReached(reach, sql`r.site_id`)
  const person = personOfRecord(sql`${personId}`)
  return sql<SqlBool>`r.person_id = any(${recordsOf(person)}) and (${siteReached(reach, sql`r.site_id`)} or ${personWithin(reach, person)})`
}

export async function listRestrictions(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const order = listOrder({ until: { by: sql`r.until`, type: 'time' } }, sql`r.id`, newest, query)
  const where = [within(actor, query.personId)]
  if (query.view !== 'all') where.push(stands)
  if (query.view === 'appealed') where.push(sql`r.appealed_at is not null and r.upheld_at is null`)
  if (query.siteId) where.push(sql`r.site_id = ${query.siteId}`)
  const from = sql`from booking_restriction r ${joins} where ${sql.join(where, sql` and `)}`
  await assertSortable(db, query.sort, from)
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, ${columns(actor)} ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'booking-restriction.list',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  return {
    ...order.page(rows, query.limit, (row) => view(actor, row)),
    total: await totalOf(db, query, from),
  }
}

/** @throws {AppError} not-found, already-closed */
async function lock(trx: Trx, actor: Actor, id: number): Promise<Row> {
  const reach = authorize(actor, 'appointment.write')
  const { rows } = await sql`
    select 1 from booking_restriction r where r.id = ${id} and ${siteReached(reach, sql`r.site_id`)} for update`.execute(
    trx,
  )
  found(rows[0])
  const row = await load(trx, actor, id)
  if (row.status !== 'active') throw new AppError('already-closed')
  return row
}

async function load(trx: Trx, actor: Actor, id: number): Promise<Row> {
  const { rows } = await sql<Row>`
    select null as sort_key, ${columns(actor)} from booking_restriction r ${joins} where r.id = ${id}`.execute(
    trx,
  )
  return found(rows[0])
}

/** @throws {AppError} not-found, already-closed */
export async function appealRestriction(
  trx: Trx,
  actor: Actor,
  id: number,
  text: string,
): Promise<BookingRestriction> {
  const { person_id: personId } = await lock(trx, actor, id)
  await sql`
    update booking_restriction set appeal = ${text}, appealed_at = now(), appealed_by_name = ${actor.name}, upheld_at = null where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'booking-restriction.appeal',
    personId,
    subject: `booking-restriction:${id}`,
  })
  return view(actor, await load(trx, actor, id))
}

/** @throws {AppError} not-found, already-closed */
export async function decideRestriction(
  trx: Trx,
  actor: Actor,
  id: number,
  { lift, reason }: { lift: boolean; reason: string },
): Promise<BookingRestriction> {
  const row = await lock(trx, actor, id)
  authorizePlace(actor, { siteId: row.site_id, departmentId: null })
  if (lift) await liftRestriction(trx, actor, { id, personId: row.person_id }, reason)
  else {
    await sql`
      update booking_restriction set upheld_at = now(), ended_by_name = ${actor.name}, end_reason = ${reason} where id = ${id}`.execute(
      trx,
    )
    await audit(trx, actor, {
      action: 'booking-restriction.uphold',
      personId: row.person_id,
      subject: `booking-restriction:${id}`,
    })
  }
  return view(actor, await load(trx, actor, id))
}

/** @throws {AppError} not-found, changed-meanwhile, appointment-not-missed */
export async function excuseAppointment(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, reason }: { version: number; reason: string },
): Promise<void> {
  const within = sql<SqlBool>`${appointmentWithin(authorize(actor, 'appointment.write'))} and ${placeWithin(authorize(actor, 'schedule.write'), 'a')}`
  const row = await lockReached(trx, actor, id, within)
  if (row.version !== version) throw new AppError('changed-meanwhile')
  if (row.status !== 'noshow' && row.cancelled_by !== 'patient') throw new AppError('appointment-not-missed')
  await sql`
    update appointment set excused_at = now(), excused_by_name = ${actor.name}, excuse = ${reason}, version = version + 1 where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'appointment.excuse',
    personId: row.person_id,
    subject: `appointment:${id}`,
  })
  await judgeNoShows(trx, actor, { personId: row.person_id, siteId: row.site_id })
}

function view(actor: Actor, row: Row): BookingRestriction {
  const about = <T extends Told>({ startsAt, ...one }: T) => ({
    ...one,
    number: numberOf(one.id),
    startsAt: new Date(startsAt).toISOString(),
  })
  const active = row.status === 'active'
  const decides = actor.access['schedule.write']
  return {
    id: row.id,
    siteId: row.site_id,
    siteName: row.site_name,
    personId: row.person_id,
    personName: row.person_name,
    fromAt: row.from_at.toISOString(),
    until: row.until.toISOString(),
    status: row.status,
    rule: row.rule,
    counted: row.counted.map(about),
    leftOut: row.left_out.map(about),
    appeal:
      row.appeal === null || row.appealed_at === null
        ? null
        : { text: row.appeal, at: row.appealed_at.toISOString(), byName: row.appealed_by_name ?? '' },
    upheldAt: row.upheld_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    decidedByName: row.ended_by_name,
    reason: row.end_reason,
    abilities: {
      appeal: active && actor.access['appointment.write'] !== undefined,
      decide: active && decides !== undefined && (decides.all || decides.siteIds.includes(row.site_id)),
    },
  }
}
