import { sql } from 'kysely'
import type { Condition } from '../../../contract/questionnaire.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { recordMoves } from './moves.ts'
import { personsMeeting } from './segment.ts'

/** Maximum age of a segment's members. */
const staleAfter = sql`interval '10 minutes'`

type Due = { id: number; code: string; rule: Condition | null; site_id: number | null }

/**
 * Recomputes the segment that has waited longest. Entering and leaving are events of the persons. Several processes may run; each segment
 * is handled by one.
 * @returns how many segments were recomputed
 */
export function refreshSegment(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<Due>`
      select id, code, rule, site_id from segment where active and (refreshed_at is null or refreshed_at < now() - ${staleAfter})
      order by refreshed_at nulls first, id limit 1 for update skip locked`.execute(trx)
    const [segment] = rows
    if (!segment) return 0
    if (segment.rule) await keepMembers(trx, segment, segment.rule)
    else await followMerges(trx, segment.id)
    await keepDay(trx, segment.id)
    await sql`update segment set refreshed_at = now() where id = ${segment.id}`.execute(trx)
    return 1
  })
}

async function keepMembers(trx: Trx, segment: Due, rule: Condition): Promise<void> {
  const { id, site_id: siteId } = segment
  const { rows } = await sql<{ person_id: number; entered: boolean }>`
    with meeting as materialized (select f.person_id as id ${personsMeeting(rule, siteId)}),
    left_it as (
      delete from segment_member m where m.segment_id = ${id} and not exists (select 1 from meeting w where w.id = m.person_id) returning m.person_id
    ), entered as (
      insert into segment_member (segment_id, person_id)
      select ${id}, w.id from meeting w where not exists (select 1 from segment_member m where m.segment_id = ${id} and m.person_id = w.id)
      returning person_id
    )
    select person_id, false as entered from left_it union all select person_id, true from entered order by 1`.execute(
    trx,
  )
  for (const entered of [false, true])
    await recordMoves(
      trx,
      segment,
      entered ? 'segment.entered' : 'segment.left',
      rows.filter((row) => row.entered === entered).map((row) => row.person_id),
    )
}

/** A member of a list who was merged into another person is there as that person. */
async function followMerges(trx: Trx, id: number): Promise<void> {
  await sql`
    with merged as (
      delete from segment_member m using person p where m.segment_id = ${id} and p.id = m.person_id and p.survivor_id is not null
      returning p.survivor_id, m.since)
    insert into segment_member (segment_id, person_id, since) select ${id}, survivor_id, min(since) from merged group by 2 on conflict do nothing`.execute(
    trx,
  )
}

/** Keeps how many members there are today, by the site of their last visit; the last count of a day stands. */
export async function keepDay(trx: Trx, id: number): Promise<void> {
  await sql`
    with counts as (
      select coalesce(f.site_id, 0) as site_id, count(*) as members from segment_member m join person_facts f on f.person_id = m.person_id
      where m.segment_id = ${id} group by 1),
    today as (select (now() at time zone ${organisationZone})::date as day),
    gone as (
      update segment_day d set members = 0 from today t
      where d.segment_id = ${id} and d.day = t.day and d.site_id not in (select site_id from counts))
    insert into segment_day (segment_id, day, site_id, members) select ${id}, t.day, c.site_id, c.members from counts c cross join today t
    on conflict (segment_id, day, site_id) do update set members = excluded.members`.execute(trx)
}
