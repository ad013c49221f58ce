import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { recordsOf } from '../event/record.ts'

/**
 * Recomputes `person_facts` of these records, and of the persons they were merged into, from their encounters and what is known of them, in one statement. Always called in the transaction that
 * changed them, so that lists and segments never show yesterday.
 * @param mayFill what was said about each person that could fill a gap (`mayFill`); of whom it is not given, everything is looked at again
 */
export async function refreshFacts(
  trx: Trx,
  personIds: number[],
  mayFill: ReadonlyMap<number, number | null> = new Map(),
): Promise<void> {
  if (personIds.length === 0) return
  const ids = [...new Set(personIds)]
  const told = sql`unnest(${ids}::bigint[], ${ids.map((id) => mayFill.get(id) ?? null)}::int[]) as w(id, may_fill)`
  await sql`
    insert into person_facts (person_id, first_visit_at, last_visit_at, last_discharge_at, visits, stays, last_department_id,
      last_attending_staff_id, last_condition_text, missing, updated_at)
    select p.id, e.first_visit_at, e.last_visit_at, e.last_discharge_at, coalesce(e.visits, 0), coalesce(e.stays, 0), l.department_id,
      l.attending_staff_id, l.condition_text,
      case when f.missing & p.may_fill = 0 then f.missing else g.missing end, now()
    from (
      select x.id, case when bool_or(x.may_fill is null) then null else bit_or(x.may_fill) end as may_fill from (
        select w.id, w.may_fill from ${told}
        union all select p.survivor_id, w.may_fill from ${told} join person p on p.id = w.id where p.survivor_id is not null
      ) x group by x.id
    ) as p left join person_facts f on f.person_id = p.id
    join person_gap g on g.person_id = p.id
    -- The visits of a merged record count for the person that it belongs to.
    cross join lateral (select case when r.survivor_id is null then ${recordsOf(sql`r.id`)} end as ids from person r where r.id = p.id) records
    left join lateral (
      select min(starts_at) as first_visit_at, max(coalesce(starts_at, ends_at)) as last_visit_at,
        max(ends_at) filter (where class = 'inpatient' and status = 'finished') as last_discharge_at,
        count(*) as visits, count(*) filter (where class = 'inpatient') as stays
      from encounter where person_id = any(records.ids) and status <> 'cancelled'
    ) e on true
    left join lateral (
      select department_id, attending_staff_id, condition_text from encounter
      where person_id = any(records.ids) and status <> 'cancelled' order by starts_at desc nulls last limit 1
    ) l on true
    on conflict (person_id) do update set first_visit_at = excluded.first_visit_at, last_visit_at = excluded.last_visit_at,
      last_discharge_at = excluded.last_discharge_at, visits = excluded.visits, stays = excluded.stays,
      last_department_id = excluded.last_department_id, last_attending_staff_id = excluded.last_attending_staff_id,
      last_condition_text = excluded.last_condition_text, missing = excluded.missing, updated_at = now()`.execute(
    trx,
  )
}
