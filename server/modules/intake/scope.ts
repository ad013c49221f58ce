import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

/** Whose messages are those of a sender at a facility: the site of its profile, else the site with the facility's code. */
const siteCodeOf = (sender: RawBuilder<unknown>, facility: RawBuilder<unknown>) => sql`coalesce((
  select p.definition ->> 'site' from hl7_profile p where p.sender = ${sender} and p.facility in (${facility}, '')
  order by p.facility desc limit 1), ${facility})`

function atSite(reach: Reach, code: RawBuilder<unknown>): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`exists (select 1 from site s where s.id = any(${reach.siteIds}::int[]) and s.code = ${code})`
}

/** Row scope of `inbound_message m`. What names no known site is for those who reach all. */
export function messagesWithin(reach: Reach): RawBuilder<SqlBool> {
  return atSite(reach, siteCodeOf(sql`m.sender`, sql`m.facility`))
}

/** Row scope of `hl7_profile p`; a profile for all facilities of a sender is read by all of them. */
export function profilesWithin(reach: Reach): RawBuilder<SqlBool> {
  const own = atSite(reach, sql`coalesce(p.definition ->> 'site', p.facility)`)
  return sql<SqlBool>`(${own} or (p.facility = '' and p.definition ->> 'site' is null))`
}

/** Row scope of `outbound_channel c` and its messages: the site with the code of the receiving facility. */
export function channelsWithin(reach: Reach): RawBuilder<SqlBool> {
  return atSite(reach, sql`c.receiving_facility`)
}

/**
 * A message may be handed in only by those who reach the site that it comes from.
 * @returns the sites that its content is bound to, or null when the actor reaches all
 * @throws {AppError} forbidden
 */
export async function assertMaySend(
  db: Db,
  actor: Actor,
  permission: Permission,
  header: { sender: string; facility: string },
): Promise<number[] | null> {
  const reach = authorize(actor, permission)
  if (reach.all) return null
  const code = siteCodeOf(sql`${header.sender}::text`, sql`${header.facility}::text`)
  const { rows } = await sql`select 1 where ${atSite(reach, code)}`.execute(db)
  if (rows.length === 0)
    throw new AppError('forbidden', `MSH-4: ${header.facility || 'nothing'} is not your site.`.slice(0, 300))
  return reach.siteIds
}
