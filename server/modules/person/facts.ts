import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/**
 * Recomputes `person_facts` of these records, and of the persons they were merged into, from their encounters and what is known of them, in one statement. Always called in the transaction that
 * changed them, so that lists and segments never show yesterday.
 */
export async function refreshFacts(trx: Trx, personIds: number[]): Promise<void> {
  if (personIds.length === 0) return
  await sql`
    insert into person_facts (person_id, first_visit_at, last_visit_at, last_discharge_at, visits, stays, last_department_id,
      last_attending_staff_id, last_condition_text, missing, updated_at)
    select p.id, e.first_visit_at, e.last_visit_at, e.last_discharge_at, coalesce(e.visits, 0), coalesce(e.stays, 0), l.department_id,
      l.attending_staff_id, l.condition_text, g.missing, now()
    from (
      select unnest(${[...new Set(personIds)]}::bigint[]) as id
      union select survivor_id from person where id = any(${[...new Set(personIds)]}::bigint[]) and survivor_id is not null
    ) as p
    join person_gap g on g.person_id = p.id
    left join lateral (
      select min(starts_at) as first_visit_at, max(coalesce(starts_at, ends_at)) as last_visit_at,
        max(ends_at) filter (where class = 'inpatient' and status = 'finished') as last_discharge_at,
        count(*) as visits, count(*) filter (where class = 'inpatient') as stays
      from encounter where person_id = p.id and status <> 'cancelled'
    ) e on true
    left join lateral (
      select department_id, attending_staff_id, condition_text from encounter
      where person_id = p.id and status <> 'cancelled' order by starts_at desc nulls last limit 1
    ) l on true
    on conflict (person_id) do update set first_visit_at = excluded.first_visit_at, last_visit_at = excluded.last_visit_at,
      last_discharge_at = excluded.last_discharge_at, visits = excluded.visits, stays = excluded.stays,
      last_department_id = excluded.last_department_id, last_attending_staff_id = excluded.last_attending_staff_id,
      last_condition_text = excluded.last_condition_text, missing = excluded.missing, updated_at = now()`.execute(
    trx,
  )
}
