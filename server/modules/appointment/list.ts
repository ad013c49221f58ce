import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { Appointment, listAppointments as listRoute } from '../../../contract/appointment.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { assertSortable, listOrder, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { personWithin } from '../person/scope.ts'
import { appointmentWithin } from './book.ts'
import { beginsWithin, loadMeasures } from './load-measure.ts'
import { placeWithin } from './scope.ts'
import { type AppointmentRow, appointmentColumns, appointmentJoins, viewAppointment } from './view.ts'

type Query = z.output<typeof listRoute.query>

const byTime: UsualOrder<AppointmentRow> = {
  by: sql`a.starts_at, a.id`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
    return after ? [sql<SqlBool>`(a.starts_at, a.id) > (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
  key: (row) => [row.starts_key, row.id],
}
const sortColumns = {
  starts: { by: sql`a.starts_at`, type: 'time' },
  person: { by: sql`p.pinyin`, type: 'text' },
  status: { by: sql`a.status`, type: 'text' },
} as const

function conditions(query: Query): RawBuilder<SqlBool>[] {
  const where: RawBuilder<SqlBool>[] = []
  if (query.view === 'coming') where.push(sql`a.starts_at > now() and a.status in ('booked', 'arrived')`)
  if (query.view === 'conflict') where.push(sql`a.conflict and a.status = 'booked'`)
  if (query.view === 'day')
    where.push(sql`a.starts_at >= coalesce(${query.date ?? null}::date, (now() at time zone s.time_zone)::date)::timestamp at time zone s.time_zone
      and a.starts_at < (coalesce(${query.date ?? null}::date, (now() at time zone s.time_zone)::date) + 1)::timestamp at time zone s.time_zone`)
  if (query.siteId) where.push(sql`a.site_id = ${query.siteId}`)
  if (query.departmentId) where.push(sql`a.department_id = ${query.departmentId}`)
  if (query.staffId) where.push(sql`a.staff_id = ${query.staffId}`)
  if (query.sessionId) where.push(sql`l.session_id = ${query.sessionId}`)
  if (query.visitTypeId) where.push(sql`a.visit_type_id = ${query.visitTypeId}`)
  if (query.cancelledBy) where.push(sql`a.cancelled_by = ${query.cancelledBy}`)
  if (query.measure) where.push(loadMeasures[query.measure])
  where.push(...beginsWithin('a', query))
  if (query.status) where.push(sql`a.status = any(${query.status}::text[])`)
  return where
}

/** Of one person by the person's reach, otherwise by the place. */
function within(actor: Actor, query: Query): RawBuilder<SqlBool> {
  const reach = authorize(actor, 'appointment.read')
  if (!query.personId) return reach.only ? sql<SqlBool>`false` : placeWithin(reach, 'a')
  const person = personOfRecord(sql`${query.personId}`)
  return sql<SqlBool>`a.person_id = any(${recordsOf(person)}) and (${placeWithin(reach, 'a')} or ${personWithin(reach, person)})`
}

export async function listAppointments(db: Db, actor: Actor, query: Query) {
  const order = listOrder(sortColumns, sql`a.id`, byTime, query)
  const where = sql.join([within(actor, query), ...conditions(query)], sql` and `)
  const from = sql`from appointment a ${appointmentJoins} where ${where}`
  await assertSortable(db, query.sort, from)
  const beyond = order.beyond.length > 0 ? sql` and ${sql.join(order.beyond, sql` and `)}` : sql``
  const { rows } = await sql<AppointmentRow>`
    select ${order.key} as sort_key, ${appointmentColumns(actor)} ${from}${beyond} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'appointment.list',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  const changes = may(actor, 'appointment.write')
  return {
    ...order.page(rows, query.limit, (row) => viewAppointment(row, changes)),
    total: await totalOf(db, query, from),
  }
}

export async function getAppointment(db: Db, actor: Actor, id: number): Promise<Appointment> {
  const reach = authorize(actor, 'appointment.read')
  const { rows } = await sql<AppointmentRow>`
    select null as sort_key, ${appointmentColumns(actor)} from appointment a ${appointmentJoins} where a.id = ${id} and ${appointmentWithin(reach)}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'appointment.read',
    personId: row.person_id,
    subject: `appointment:${id}`,
    fields: ['name', 'note'],
  })
  return viewAppointment(row, may(actor, 'appointment.write'))
}
