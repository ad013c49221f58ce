import { type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { CareMark, setCareMark as setRoute } from '../../../contract/care-mark.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { siteFor, siteWithin } from '../promise/scope.ts'

/** The shipped text on meeting somebody with whom it is difficult; a hospital words it as it likes. */
export const difficultCode = 'difficult-conversation'

export async function difficultGuidance(db: Db): Promise<{ title: string; body: string } | null> {
  const { rows } = await sql<{ title: string; body: string }>`
    select g.title, v.body from guidance g join guidance_version v on v.guidance_id = g.id and v.version = g.version
    where g.code = ${difficultCode} and g.active`.execute(db)
  return rows[0] ?? null
}

/** The mark `m` stands: not ended, and its last day is not over at its site. */
const stands = sql<SqlBool>`(m.ended_at is null and m.until >= (now() at time zone (select time_zone from site where id = m.site_id))::date)`

/** What stands for a person at a site. */
export async function careMarkOf(
  db: Db,
  personId: number,
  siteId: number,
): Promise<{ reason: string; until: string } | null> {
  const { rows } = await sql<{ reason: string; until: string }>`
    select m.reason, m.until::text as until from care_mark m
    where m.person_id = any(${recordsOf(sql`${personId}::bigint`)}) and m.site_id = ${siteId} and ${stands} order by m.id desc limit 1`.execute(
    db,
  )
  return rows[0] ?? null
}

type Row = {
  id: number
  site_id: number
  person_id: number
  reason: string
  until: string
  set_at: Date
  set_by_name: string
  ended_at: Date | null
  ended_by_name: string | null
  end_reason: string | null
  stands: boolean
}
const columns = sql`m.id, m.site_id, m.person_id, m.reason, m.until::text as until, m.set_at, m.set_by_name, m.ended_at, m.ended_by_name, m.end_reason,
  ${stands} as stands`

const view = (row: Row): CareMark => ({
  id: row.id,
  siteId: row.site_id,
  reason: row.reason,
  until: row.until,
  setAt: row.set_at.toISOString(),
  setByName: row.set_by_name,
  endedAt: row.ended_at?.toISOString() ?? null,
  endedByName: row.ended_by_name,
  endReason: row.end_reason,
  stands: row.stands,
})

/** @throws {AppError} not-found */
export async function listCareMarks(db: Db, actor: Actor, personId: number) {
  const { person } = await loadPerson(db, actor, personId)
  const records = recordsOf(sql`${person.id}::bigint`)
  const at = (site: string) => siteWithin(actor, 'case.read', sql.ref(site))
  // Whoever reads cases at none of the sites that know the person learns nothing of them.
  const { rows: known } = await sql`
    select 1 from encounter n where n.person_id = any(${records}) and ${at('n.site_id')}
    union all select 1 from person_identifier i where i.person_id = any(${records}) and ${at('i.site_id')} limit 1`.execute(
    db,
  )
  if (known.length === 0) throw new AppError('not-found')
  const { rows } = await sql<Row>`
    select ${columns} from care_mark m where m.person_id = any(${recordsOf(sql`${person.id}::bigint`)}) and ${siteWithin(actor, 'case.read', sql`m.site_id`)}
    order by m.id desc limit 50`.execute(db)
  await audit(db, actor, { action: 'care-mark.read', personId: person.id, fields: ['reason'] })
  const guidance = rows.some((row) => row.stands) ? await difficultGuidance(db) : null
  return { items: rows.map(view), guidance }
}

/** @throws {AppError} not-found, already-exists, invalid */
export async function setCareMark(
  trx: Trx,
  actor: Actor,
  personId: number,
  { reason, until, siteId: named }: z.output<typeof setRoute.body>,
): Promise<CareMark> {
  const { person } = await loadPerson(trx, actor, personId)
  const siteId = await siteFor(trx, actor, 'case.manage', {
    siteId: named,
    departmentIds: [],
    personId: person.id,
  })
  if (new Date(until).getTime() < Date.now() - 86_400_000)
    throw new AppError('invalid', undefined, [{ path: 'until', message: 'is over' }])
  await sql`select pg_advisory_xact_lock(hashtext('careloop.care-mark'), ${person.id}::int)`.execute(trx)
  if (await careMarkOf(trx, person.id, siteId)) throw new AppError('already-exists')
  // One that ended by its last day makes room for the next.
  await sql`
    update care_mark m set ended_at = now(), ended_by_name = ${actor.name}, end_reason = null
    where m.person_id = any(${recordsOf(sql`${person.id}::bigint`)}) and m.site_id = ${siteId} and m.ended_at is null`.execute(
    trx,
  )
  const { rows } = await sql<Row>`
    insert into care_mark as m (site_id, person_id, reason, until, set_by, set_by_name)
    values (${siteId}, ${person.id}, ${reason}, ${until}, ${actor.id}, ${actor.name}) returning ${columns}`.execute(
    trx,
  )
  await tell(trx, actor, person.id, 'care-mark.set')
  return view(found(rows[0]))
}

const within = (reach: Reach) =>
  reach.all ? sql<SqlBool>`true` : sql<SqlBool>`m.site_id = any(${reach.siteIds}::int[])`

/** @throws {AppError} not-found, already-closed */
export async function endCareMark(trx: Trx, actor: Actor, id: number, reason: string): Promise<CareMark> {
  const reach = authorize(actor, 'case.manage')
  const { rows: known } = await sql<{ person_id: number; ended_at: Date | null }>`
    select ${personOfRecord(sql`m.person_id`)} as person_id, m.ended_at from care_mark m where m.id = ${id} and ${within(reach)} for update`.execute(
    trx,
  )
  const before = found(known[0])
  if (before.ended_at !== null) throw new AppError('already-closed')
  const { rows } = await sql<Row>`
    update care_mark m set ended_at = now(), ended_by_name = ${actor.name}, end_reason = ${reason} where m.id = ${id} returning ${columns}`.execute(
    trx,
  )
  await tell(trx, actor, before.person_id, 'care-mark.ended')
  return view(found(rows[0]))
}

async function tell(trx: Trx, actor: Actor, personId: number, kind: 'care-mark.set' | 'care-mark.ended') {
  await recordEvents(trx, [{ personId, at: new Date(), kind, source: 'staff', actorId: actor.id, data: {} }])
  await audit(trx, actor, { action: kind, personId, fields: ['reason'] })
}
