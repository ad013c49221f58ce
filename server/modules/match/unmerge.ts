import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'

/** Records separated by hand are two people: the matching must not propose them again until their data change. */
export async function followUnmerges(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const merges = events.flatMap(({ kind, data }) =>
    kind === 'person.unmerged' && typeof data['mergeId'] === 'number' ? [data['mergeId']] : [],
  )
  if (merges.length === 0) return
  await sql`
    update match_pair p set status = 'different', decided_at = now(), decided_by = m.undone_by, decided_by_name = m.undone_by_name
    from person_merge m where m.id = any(${merges}::bigint[])
      and p.left_id = least(m.survivor_id, m.merged_id) and p.right_id = greatest(m.survivor_id, m.merged_id)`.execute(
    trx,
  )
}
