import { sql } from 'kysely'
import type { Condition } from '../../../contract/questionnaire.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { personsMeeting } from './segment.ts'

/** Maximum age of a segment's members. */
const staleAfter = sql`interval '10 minutes'`
/** Batch size of recorded events. */
const chunk = 2000

type Due = { id: number; code: string; rule: Condition; site_id: number | null }

/**
 * Recomputes the segment that has waited longest. Entering and leaving are events of the persons. Several processes may run; each segment
 * is handled by one.
 * @returns how many segments were recomputed
 */
export function refreshSegment(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<Due>`
      select id, code, rule, site_id from segment where refreshed_at is null or refreshed_at < now() - ${staleAfter}
      order by refreshed_at nulls first, id limit 1 for update skip locked`.execute(trx)
    const [segment] = rows
    if (!segment) return 0
    await keepMembers(trx, segment)
    await sql`update segment set refreshed_at = now() where id = ${segment.id}`.execute(trx)
    return 1
  })
}

async function keepMembers(trx: Trx, { id, code, rule, site_id: siteId }: Due): Promise<void> {
  const { rows } = await sql<{ person_id: number; kind: NewEvent['kind'] }>`
    with meeting as materialized (select f.person_id as id ${personsMeeting(rule, siteId)}),
    left_it as (
      delete from segment_member m where m.segment_id = ${id} and not exists (select 1 from meeting w where w.id = m.person_id) returning m.person_id
    ), entered as (
      insert into segment_member (segment_id, person_id)
      select ${id}, w.id from meeting w where not exists (select 1 from segment_member m where m.segment_id = ${id} and m.person_id = w.id)
      returning person_id
    )
    select person_id, 'segment.left' as kind from left_it union all select person_id, 'segment.entered' from entered order by 1`.execute(
    trx,
  )
  for (let at = 0; at < rows.length; at += chunk)
    await recordEvents(
      trx,
      rows.slice(at, at + chunk).map((row) => ({
        personId: row.person_id,
        at: new Date(),
        kind: row.kind,
        source: 'careloop',
        data: { segment: code, segmentId: id },
      })),
    )
}
