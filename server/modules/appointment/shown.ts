import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { joinPerson } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import { numberOf } from './view.ts'

/* An appointment as its patient sees it: by a link, or at the portal. */

/** Until when the person may cancel without telephoning. */
export async function cancelUntil(db: Db, siteId: number, startsAt: Date): Promise<Date> {
  return before(startsAt, await cancelHours(db, siteId))
}

const before = (at: Date, hours: number) => new Date(at.getTime() - hours * 3_600_000)

const cancelHours = async (db: Db, siteId: number) =>
  (await readSettings(db, ['appointment.cancel-hours'], siteId))['appointment.cancel-hours']

export type ShownRow = {
  id: number
  person_id: number
  person_name: string
  language: string | null
  site_id: number
  site_name: string
  zone: string
  department_name: string | null
  staff_name: string | null
  title: string
  starts_at: Date
}
export const shownColumns = sql`
  p.id as person_id, p.name as person_name, p.language, s.id as site_id, s.name as site_name, s.time_zone as zone, d.name as department_name,
  h.name as staff_name`

/** Who is seen before appointment `a` with slot `l`: with the doctor or called, or checked in with an earlier number. Null unless it waits. */
const aheadOf = sql`
  case when a.status = 'arrived' and a.called_at is null and l.id is not null then (
    select count(*)::int from appointment o join slot ol on ol.id = o.slot_id
    where ol.session_id = l.session_id and o.status = 'arrived' and o.id <> a.id and (o.called_at is not null or ol.number < l.number)) end`

/** One's own time, or later when as many slots' lengths have to pass first. */
function expectedAt(startsAt: Date, ahead: number, minutes: number | null): Date {
  const turn = Date.now() + ahead * (minutes ?? 0) * 60_000
  return new Date(Math.max(startsAt.getTime(), turn))
}

type Row = ShownRow & {
  version: number
  status: 'booked' | 'arrived' | 'fulfilled' | 'noshow' | 'cancelled'
  source: string
  confirmed: boolean
  room_name: string | null
  directions: string | null
  preparation: string | null
  fee: number | null
  queue_number: number | null
  ahead: number | null
  minutes: number | null
}

/** Appointments `a` under a condition, what is to come first, fifty at most. */
export async function shownAppointments(db: Db, where: RawBuilder<SqlBool>) {
  const { rows } = await sql<Row>`
    select a.id, a.version, ${shownColumns}, a.title, a.starts_at, a.status, a.source, a.confirmed_at is not null as confirmed, r.name as room_name,
      r.directions, v.preparation, v.fee::float8 as fee, l.number as queue_number,
      extract(epoch from l.ends_at - l.starts_at)::float8 / 60 as minutes, ${aheadOf} as ahead
    from appointment a ${joinPerson(sql`a.person_id`)} join site s on s.id = a.site_id left join department d on d.id = a.department_id
      left join staff h on h.id = a.staff_id left join resource r on r.id = a.room_id left join visit_type v on v.id = a.visit_type_id
      left join slot l on l.id = a.slot_id
    where ${where}
    order by a.status not in ('booked', 'arrived'), case when a.status in ('booked', 'arrived') then a.starts_at end, a.starts_at desc, a.id limit 50`.execute(
    db,
  )
  const sites = [...new Set(rows.map((row) => row.site_id))]
  const hours = new Map(await Promise.all(sites.map(async (id) => [id, await cancelHours(db, id)] as const)))
  return rows.map((row) => ({ row, shown: shownOf(row, before(row.starts_at, hours.get(row.site_id) ?? 0)) }))
}

function shownOf(row: Row, until: Date) {
  const coming = row.status === 'booked' && row.starts_at > new Date()
  return {
    number: numberOf(row.id),
    status: row.status,
    confirmed: row.confirmed,
    queueNumber: row.queue_number,
    waiting:
      row.ahead === null
        ? null
        : { ahead: row.ahead, expectedAt: expectedAt(row.starts_at, row.ahead, row.minutes).toISOString() },
    roomName: row.room_name,
    directions: row.directions,
    preparation: row.preparation,
    cancelUntil: until.toISOString(),
    may: {
      confirm: coming && !row.confirmed,
      cancel: coming && row.source === 'careloop' && until > new Date(),
    },
  }
}
