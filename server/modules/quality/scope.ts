import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Actor, Reach } from '../../platform/actor.ts'

/** Seconds; who writes for longer went for a break. */
export const longestWrapUp = 900

/** Reviews `r` of one's sites; agents see the finished ones of their own calls: nobody shall know beforehand which is scored. */
export function reviewsWithin(actor: Actor, reach: Reach): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  return sql<SqlBool>`(r.site_id = any(${reach.siteIds}::int[]) or r.user_id = ${actor.userId} and r.reviewed_at is not null)`
}
