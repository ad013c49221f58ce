import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { keepReplacedFacts, stillRecordedAt } from './events.ts'

/** Deletes visits that an import created, with their diagnoses; the caller has checked that nothing refers to them. */
export async function removeEncounters(trx: Trx, ids: number[]): Promise<void> {
  await sql`delete from encounter where id = any(${ids}::bigint[])`.execute(trx)
}

/** Restores visits to their state before an import changed them. @param states each with `encounter` and `conditions`, database rows */
export async function restoreEncounters(trx: Trx, states: Record<string, unknown>[]): Promise<void> {
  if (states.length === 0) return
  const rows = JSON.stringify(states.map((state) => state['encounter']))
  const conditions = JSON.stringify(
    states.flatMap((state) => (state['conditions'] as unknown[] | null) ?? []),
  )
  await sql`
    with n as (select * from jsonb_populate_recordset(null::encounter, ${rows}::jsonb)), kept as (${keepReplacedFacts})
    update encounter e set department_id = n.department_id, attending_staff_id = n.attending_staff_id, class = n.class, status = n.status,
      bed = n.bed, starts_at = n.starts_at, ends_at = n.ends_at, disposition = n.disposition, condition_text = n.condition_text,
      source = n.source, source_time = n.source_time, said_at = n.said_at,
      start_recorded_at = ${stillRecordedAt('start')}, end_recorded_at = ${stillRecordedAt('end')}
    from n where e.id = n.id`.execute(trx)
  await sql`
    delete from condition c using jsonb_populate_recordset(null::encounter, ${rows}::jsonb) n
    where c.encounter_id = n.id
      and not exists (select 1 from jsonb_populate_recordset(null::condition, ${conditions}::jsonb) b where b.id = c.id)`.execute(
    trx,
  )
}
