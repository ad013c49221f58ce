import { createHash, randomBytes } from 'node:crypto'
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { sql } from 'kysely'
import type { bookingLanguages } from '../../../contract/booking.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { countStranger, countUse } from '../access/throttle.ts'

type Language = (typeof bookingLanguages)[number]

/** What a calendar shows besides names of clinics and kinds of visits. */
const words = {
  'zh-CN': { session: '出诊', suspended: '停诊', number: '{n} 号', visit: '预约', booked: '已约 {n}/{of}' },
  'zh-TW': { session: '門診', suspended: '停診', number: '{n} 號', visit: '預約', booked: '已約 {n}/{of}' },
  en: {
    session: 'Clinic',
    suspended: 'Suspended',
    number: 'No. {n}',
    visit: 'Visit',
    booked: '{n} of {of} booked',
  },
} as const satisfies Record<Language, Record<string, string>>

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

/** Days of appointments in a feed; sessions stand in it as far as they are made. */
const appointmentDays = 14
/** Calendars ask every quarter of an hour at most, a few devices of one person. */
const mostReadsAnHour = 60
export const feedSeconds = 900

/** Whose sessions an account may put into a calendar. @throws {AppError} forbidden, not-found when the account sees no patients */
function doctorOf(actor: Actor): { userId: string; staffId: number } {
  authorize(actor, 'schedule.read')
  if (actor.userId === null || actor.staffId === null) throw new AppError('not-found')
  return { userId: actor.userId, staffId: actor.staffId }
}

export async function getFeed(db: Db, actor: Actor) {
  authorize(actor, 'schedule.read')
  const { rows } = await sql<{ created_at: Date }>`
    select created_at from calendar_feed where user_id = ${actor.userId} and staff_id = ${actor.staffId} and revoked_at is null`.execute(
    db,
  )
  return { createdAt: rows[0]?.created_at.toISOString() ?? null }
}

/** @returns the token, which is kept as a hash only @throws {AppError} forbidden, not-found */
export async function makeFeed(trx: Trx, actor: Actor, language: Language): Promise<string> {
  const { userId, staffId } = doctorOf(actor)
  await endFeeds(trx, userId)
  const token = randomBytes(32).toString('base64url')
  await sql`
    insert into calendar_feed (token_hash, user_id, staff_id, language) values (${hashOf(token)}, ${userId}, ${staffId}, ${language})`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'calendar-feed.make', subject: `staff:${staffId}` })
  return token
}

/** @throws {AppError} forbidden, not-found */
export async function revokeFeed(trx: Trx, actor: Actor): Promise<undefined> {
  const { userId, staffId } = doctorOf(actor)
  await endFeeds(trx, userId)
  await audit(trx, actor, { action: 'calendar-feed.revoke', subject: `staff:${staffId}` })
}

const endFeeds = (trx: Trx, userId: string) =>
  sql`update calendar_feed set revoked_at = now() where user_id = ${userId} and revoked_at is null`.execute(
    trx,
  )

type Feed = { id: number; staff_id: number; language: Language; staff_name: string; zone: string }

/**
 * The calendar behind an address (RFC 5545). It ends with the account that made it. Who comes is not in it: an address leaks more easily than
 * a password.
 * @throws {AppError} link-closed, too-many-requests
 */
export async function readFeed(
  { db, address }: { db: Db; address: string | null },
  token: string,
): Promise<string> {
  const { rows } = await sql<Feed>`
    select f.id, f.staff_id, f.language, h.name as staff_name, s.time_zone as zone
    from calendar_feed f join app_user u on u.id = f.user_id and not u.suspended and u.staff_id = f.staff_id
    join staff h on h.id = f.staff_id and h.active join site s on s.id = h.site_id
    where f.token_hash = ${hashOf(token)} and f.revoked_at is null`.execute(db)
  const [feed] = rows
  if (!feed) {
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    throw new AppError('link-closed')
  }
  if ((await countUse(db, `calendar-feed:${feed.id}`, 3600)) > mostReadsAnHour)
    throw new AppError('too-many-requests')
  return calendarOf(db, feed)
}

type Entry = {
  id: number
  starts_at: Date
  ends_at: Date | null
  visit_type: string | null
  department: string | null
  room: string | null
  version: number
}

async function calendarOf(db: Db, feed: Feed): Promise<string> {
  const said = words[feed.language]
  const calendar = ical({
    name: `${said.session} ${feed.staff_name}`,
    prodId: { company: 'CareLoop', product: 'Clinics' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: feedSeconds,
  })
  const add = (kind: string, one: Entry, summary: (string | null)[], cancelled = false, description = '') =>
    calendar.createEvent({
      id: `${kind}-${one.id}@careloop`,
      sequence: one.version,
      start: one.starts_at,
      end: one.ends_at ?? new Date(one.starts_at.getTime() + feedSeconds * 1000),
      summary: summary.filter(Boolean).join(' '),
      location: [one.department, one.room].filter(Boolean).join(' '),
      description,
      ...(cancelled && { status: ICalEventStatus.CANCELLED }),
    })
  for (const one of await sessionsOf(db, feed.staff_id))
    add(
      'session',
      one,
      [one.open ? said.session : said.suspended, one.visit_type],
      !one.open,
      said.booked.replace('{n}', String(one.booked)).replace('{of}', String(one.slots)),
    )
  for (const one of await appointmentsOf(db, feed))
    add('appointment', one, [
      one.number === null ? null : said.number.replace('{n}', String(one.number)),
      one.visit_type ?? said.visit,
    ])
  return calendar.toString()
}

async function sessionsOf(db: Db, staffId: number) {
  const { rows } = await sql<Entry & { open: boolean; slots: number; booked: number }>`
    select c.id, lower(c.period) as starts_at, upper(c.period) as ends_at, v.name as visit_type, d.name as department, r.name as room, c.version,
      c.status = 'open' as open, count(l.id) filter (where not l.overbooked)::int as slots, count(l.id) filter (where l.status = 'booked')::int as booked
    from clinic_session c join visit_type v on v.id = c.visit_type_id join department d on d.id = c.department_id left join resource r on r.id = c.room_id
      left join slot l on l.session_id = c.id
    where c.staff_id = ${staffId} and upper(c.period) > now() - interval '7 days'
    group by c.id, v.name, d.name, r.name order by lower(c.period), c.id limit 500`.execute(db)
  return rows
}

/** From the beginning of today at the site; titles of other systems may say why somebody comes, so only our kinds of visits are named. */
async function appointmentsOf(db: Db, { staff_id, zone }: Feed) {
  const { rows } = await sql<Entry & { number: number | null }>`
    select a.id, a.starts_at, a.ends_at, v.name as visit_type, d.name as department, r.name as room, a.version, l.number
    from appointment a left join visit_type v on v.id = a.visit_type_id left join department d on d.id = a.department_id
      left join resource r on r.id = a.room_id left join slot l on l.id = a.slot_id
    where a.staff_id = ${staff_id} and a.status in ('booked', 'arrived')
      and a.starts_at >= date_trunc('day', now() at time zone ${zone}) at time zone ${zone} and a.starts_at < now() + ${appointmentDays} * interval '1 day'
    order by a.starts_at, a.id limit 2000`.execute(db)
  return rows
}
