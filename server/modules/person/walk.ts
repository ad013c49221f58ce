import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { withoutSigns } from './text.ts'

/** The action under which a search by number that found nobody stands in the audit. */
export const numberMissed = 'person.number-missed'

/**
 * Searches by number without a hit that one actor may make in an hour. An agent who looks up each caller stays far below; whoever tries
 * the four hidden digits of a number one by one would need a week.
 */
export const missesPerHour = 60

/** Whether a search term is a number, of which some are masked, rather than a name. */
export function asksNumber(term: string | undefined): boolean {
  return term !== undefined && /^[\d\s()+-]{4,}[Xx]?$/.test(withoutSigns(term).trim())
}

/** Whether an actor may go on, within a statement: a search that may not finds nobody, and says so by {@link assertNotWalking}. */
export function notWalking(actor: Actor): RawBuilder<SqlBool> {
  return sql<SqlBool>`not exists (
    select 1 from number_miss w where w.actor_id = ${actor.id} and w.misses >= ${missesPerHour} and w.until > now())`
}

/** Counts a search by number that found nobody. */
export async function countMiss(db: Db, actor: Actor): Promise<void> {
  await sql`
    insert into number_miss as w (actor_id, misses, until) values (${actor.id}, 1, now() + interval '1 hour')
    on conflict (actor_id) do update set misses = case when w.until > now() then w.misses + 1 else 1 end,
      until = case when w.until > now() then w.until else excluded.until end`.execute(db)
}

/**
 * Refuses further searches by number to somebody who tries numbers one after the other; the refusal is in the audit, where it counts among
 * what an auditor looks at first.
 * @throws {AppError} too-many-requests
 */
export async function assertNotWalking(db: Db, actor: Actor): Promise<void> {
  const { rows } = await sql`select 1 where ${notWalking(actor)}`.execute(db)
  if (rows.length > 0) return
  await audit(db, actor, { action: 'person.number-walk', outcome: 'refused' })
  throw new AppError(
    'too-many-requests',
    `${missesPerHour} numbers within an hour belonged to nobody. Search by name or record number, or go on in an hour.`,
  )
}
