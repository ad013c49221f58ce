import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Actor, Reach } from '../../platform/actor.ts'

/** Row scope of the call `c`: the calls of one's sites, or those that rang at one's own telephone or were made from it. */
export function callWithin(actor: Actor, reach: Reach): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  const own = sql<SqlBool>`(c.made_by = ${actor.userId} or exists (select 1 from call_leg own where own.call_id = c.id and own.user_id = ${actor.userId}))`
  return reach.siteIds.length > 0 ? sql<SqlBool>`(c.site_id = any(${reach.siteIds}::int[]) or ${own})` : own
}

/** State of the call `c`, see `callStates`. */
export const stateOfCall = sql`case when c.ended_at is not null then case when c.answered_at is null then 'missed' else 'ended' end
  when c.held_at > coalesce(c.resumed_at, '-infinity') then 'held' when c.answered_at is not null then 'talking'
  when c.ringing_at is not null then 'ringing' else 'waiting' end`
