import { type RawBuilder, sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { zoneAt } from '../setting/time-zone.ts'

/** The one site where an actor works, as SQL: that of the member of staff, else of all roles; null when there is none or several. */
export function homeSite(actor: Actor): RawBuilder<number | null> {
  const sites = actor.grants.flatMap((grant) => grant.siteId ?? [])
  const departments = actor.grants.flatMap((grant) =>
    grant.siteId === null ? (grant.departmentId ?? []) : [],
  )
  return sql<number | null>`coalesce((select site_id from staff where id = ${actor.staffId}),
    (select min(id) from site where id = any(${sites}::int[]) or id in (select site_id from department where id = any(${departments}::int[]))
      having count(*) = 1))`
}

/** The time zone for an actor's days. */
export async function zoneOf(db: Db, actor: Actor): Promise<string> {
  const { rows } = await sql<{ zone: string }>`select ${zoneAt(homeSite(actor))} as zone`.execute(db)
  return rows[0]?.zone ?? 'UTC'
}
