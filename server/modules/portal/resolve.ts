import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { portalActor } from '../../platform/outside-actor.ts'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { tokenHash } from '../booking/key.ts'
import { deceasedOf, joinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { cookieValue } from './cookie.ts'

type Row = { session_id: number; id: number; stale: boolean; others: (number | string)[] }

/** Parents act for a child until this birthday (PIPL Art. 31: consent of the guardian below 14 years). */
export const guardedYears = 14

/**
 * The person behind a session, while the number by which they signed in is still theirs, and those for whom they act today.
 * One statement; undefined when there is no such session.
 */
export async function portalCaller(
  db: Db,
  cookieHeader: string | undefined,
  address: string | null,
): Promise<Actor | undefined> {
  const token = cookieValue(cookieHeader)
  if (token === undefined) return undefined
  const { rows } = await sql<Row>`
    select s.id as session_id, p.id, s.seen_at < now() - interval '1 minute' as stale, array(
      select c.id from portal_proxy x ${joinPersonOf('x.person_id', 'c')}
      where ${personOfRecord(sql`x.proxy_id`)} = p.id and ${standing} and not ${deceasedOf(sql`c.id`, sql`c.deceased`)}) as others
    from portal_session s ${joinPerson(sql`s.person_id`)}
    where s.token_hash = ${tokenHash(token)} and s.ended_at is null and s.expires_at > now()
      and exists (select 1 from person_telecom t where t.person_id = any(${recordsOf(sql`p.id`)}) and t.system = 'phone' and t.value = s.phone and t.valid)
      and not ${deceasedOf(sql`p.id`, sql`p.deceased`)}`.execute(db)
  const [row] = rows
  if (!row) return undefined
  if (row.stale)
    // Never awaited: a slow disk must not slow down reading.
    void sql`
      update portal_session s set seen_at = now() where id = ${row.session_id}`
      .execute(db)
      .catch((error: unknown) => log.warn({ err: error }, 'the time of last use could not be written'))
  return portalActor({
    id: row.id,
    sessionId: row.session_id,
    persons: [row.id, ...row.others.map(Number)],
    address,
  })
}

const joinPersonOf = (record: string, alias: string) => sql`
  join person ${sql.ref(`${alias}r`)} on ${sql.ref(`${alias}r.id`)} = ${sql.ref(record)}
  join person ${sql.ref(alias)} on ${sql.ref(`${alias}.id`)} = coalesce(${sql.ref(`${alias}r.survivor_id`)}, ${sql.ref(`${alias}r.id`)})`

/** Whether somebody acts for another today: nobody ended it, its last day has not passed, and a child has not grown up. */
export const standing = sql<boolean>`(x.ended_at is null and (x.until is null or x.until >= now()::date)
  and (x.kind <> 'guardian' or c.birth_date + make_interval(years => ${guardedYears}) > now()))`
