import { sql } from 'kysely'
import type { z } from 'zod'
import type { bookingPlaces, bookingSlots } from '../../../contract/booking.ts'
import { localDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { openTo, publicSlots, searchSlots } from '../appointment/slot.ts'
import { emergencyNumberOf } from '../person/language.ts'
import { countOrRefuse, type Visitor } from './limit.ts'

type Places = z.output<(typeof bookingPlaces)['response']>
type Row = {
  site_id: number
  site_name: string
  zone: string
  department_id: number
  department_name: string
  first_at: Date
  free: number
}

/** Where something can be booked now. A site that cannot send a code has no page of bookings: nobody could finish. */
export async function placesToBook(visitor: Visitor): Promise<Places> {
  const { db } = visitor
  await countOrRefuse(visitor, 'search')
  const { rows } = await sql<Row>`
    select s.id as site_id, s.name as site_name, s.time_zone as zone, d.id as department_id, d.name as department_name,
      min(l.starts_at) as first_at, count(*)::int as free
    from slot l join site s on s.id = l.site_id join department d on d.id = l.department_id
    where l.status = 'free' and l.starts_at > now() and not l.overbooked and ${openTo('web')} and ${publicSlots}
      and exists (select 1 from message_account a where a.active and a.channel = 'sms' and (a.site_id is null or a.site_id = s.id))
    group by s.id, d.id order by s.name, d.name, d.id`.execute(db)
  return {
    sites: [...Map.groupBy(rows, (row) => row.site_id)].flatMap(([id, ofSite]) => {
      const [first] = ofSite
      if (!first) return []
      return {
        id,
        name: first.site_name,
        timeZone: first.zone,
        emergencyNumber: emergencyNumberOf(first.zone),
        departments: ofSite.map((row) => ({
          id: row.department_id,
          name: row.department_name,
          firstAt: row.first_at.toISOString(),
          free: row.free,
        })),
      }
    }),
  }
}

/** More than a department sees in a day. */
const mostOfDay = 500

/** @throws {AppError} not-found, booking-limit */
export async function slotsToBook(
  visitor: Visitor,
  { siteId, departmentId, date }: z.output<(typeof bookingSlots)['query']>,
): Promise<z.output<(typeof bookingSlots)['response']>> {
  const { db } = visitor
  await countOrRefuse(visitor, 'search')
  const timeZone = await zoneOf(db, siteId)
  const search = { siteId, departmentId, channel: 'web', overbook: false } as const
  const first = await searchSlots(db, { ...search, each: 'day', limit: 400 }, true)
  const dayOf = (at: string) => localDate(new Date(at), timeZone)
  const days = first.map((one) => dayOf(one.startsAt))
  const begin = first[date === undefined ? 0 : days.indexOf(date)]
  if (!begin) return { timeZone, days, date: null, items: [] }
  const from = new Date(Date.parse(begin.startsAt) - 1).toISOString()
  const to = new Date(Date.parse(begin.startsAt) + 86_400_000).toISOString()
  const ofDay = await searchSlots(db, { ...search, from, to, each: 'slot', limit: mostOfDay }, true)
  const chosen = dayOf(begin.startsAt)
  return {
    timeZone,
    days,
    date: chosen,
    items: ofDay
      .filter((one) => dayOf(one.startsAt) === chosen)
      .map(({ id, startsAt, endsAt, staffName, staffTitle, visitTypeName, fee }) => ({
        id,
        startsAt,
        endsAt,
        staffName,
        staffTitle,
        visitTypeName,
        fee,
      })),
  }
}

async function zoneOf(db: Db, siteId: number): Promise<string> {
  const { rows } = await sql<{
    zone: string
  }>`select time_zone as zone from site where id = ${siteId}`.execute(db)
  return found(rows[0]).zone
}
