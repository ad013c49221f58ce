import { type RawBuilder, sql } from 'kysely'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { deceasedOf, recordsOf } from '../event/record.ts'

const yearAgo = sql`now() - interval '365 days'`

/**
 * Recomputes `person_facts` of these records, and of the persons they were merged into, from their encounters and other rows, in one
 * statement. Always called in the transaction that changed these, so that lists and segments are never stale.
 * @param mayFill gaps that the new statements could fill, by person (`mayFill`); persons without an entry are recomputed in full
 */
export async function refreshFacts(
  trx: Trx,
  personIds: number[],
  mayFill: ReadonlyMap<number, number | null> = new Map(),
): Promise<void> {
  if (personIds.length === 0) return
  const ids = [...new Set(personIds)]
  const records = sql`unnest(${ids}::bigint[], ${ids.map((id) => mayFill.get(id) ?? null)}::int[]) as w(id, may_fill)`
  await sql`
    insert into person_facts (person_id, first_visit_at, last_visit_at, last_discharge_at, visits, stays, last_department_id,
      last_attending_staff_id, last_condition_text, site_id, city, district, in_hospital, condition_codes, visits_in_year, stays_in_year,
      missing, sex, birth_date, language, counted, updated_at)
    select p.id, e.first_visit_at, e.last_visit_at, e.last_discharge_at, coalesce(e.visits, 0), coalesce(e.stays, 0), l.department_id,
      l.attending_staff_id, l.condition_text, coalesce(l.site_id, i.site_id), a.city, a.district, coalesce(e.in_hospital, false), e.condition_codes,
      coalesce(e.visits_in_year, 0), coalesce(e.stays_in_year, 0),
      case when f.missing & p.may_fill = 0 then f.missing else g.missing end,
      records.sex, records.birth_date, records.language, records.counted, now()
    from (
      select x.id, case when bool_or(x.may_fill is null) then null else bit_or(x.may_fill) end as may_fill from (
        select w.id, w.may_fill from ${records}
        union all select p.survivor_id, w.may_fill from ${records} join person p on p.id = w.id where p.survivor_id is not null
      ) x group by x.id
    ) as p left join person_facts f on f.person_id = p.id
    join person_gap g on g.person_id = p.id
    -- Visits of a merged record count for its person.
    cross join lateral (
      select case when r.survivor_id is null then ${recordsOf(sql`r.id`)} end as ids, r.sex, r.birth_date, r.language,
        r.survivor_id is null and not ${deceasedOf(sql`r.id`, sql`r.deceased`)} as counted
      from person r where r.id = p.id) records
    left join lateral (
      select min(starts_at) as first_visit_at, max(coalesce(starts_at, ends_at)) as last_visit_at,
        max(ends_at) filter (where class = 'inpatient' and status = 'finished') as last_discharge_at,
        count(*) as visits, count(*) filter (where class = 'inpatient') as stays,
        bool_or(class = 'inpatient' and status = 'in-progress') as in_hospital,
        count(*) filter (where starts_at > ${yearAgo}) as visits_in_year,
        count(*) filter (where starts_at > ${yearAgo} and class = 'inpatient') as stays_in_year,
        (select array_agg(distinct c.code) from condition c where c.person_id = any(records.ids)) as condition_codes
      from encounter where person_id = any(records.ids) and status <> 'cancelled'
    ) e on true
    left join lateral (
      select site_id, department_id, attending_staff_id, condition_text from encounter
      where person_id = any(records.ids) and status <> 'cancelled' order by starts_at desc nulls last limit 1
    ) l on true
    left join lateral (
      select site_id from person_identifier where person_id = any(records.ids) and site_id is not null order by updated_at desc, system limit 1
    ) i on l.site_id is null
    left join lateral (
      select city, district from person_address where person_id = any(records.ids) and use = 'home' order by updated_at desc, id limit 1
    ) a on true
    on conflict (person_id) do update set first_visit_at = excluded.first_visit_at, last_visit_at = excluded.last_visit_at,
      last_discharge_at = excluded.last_discharge_at, visits = excluded.visits, stays = excluded.stays,
      last_department_id = excluded.last_department_id, last_attending_staff_id = excluded.last_attending_staff_id,
      last_condition_text = excluded.last_condition_text, site_id = excluded.site_id, city = excluded.city, district = excluded.district,
      in_hospital = excluded.in_hospital, condition_codes = excluded.condition_codes, visits_in_year = excluded.visits_in_year,
      stays_in_year = excluded.stays_in_year, missing = excluded.missing,
      sex = excluded.sex, birth_date = excluded.birth_date, language = excluded.language, counted = excluded.counted, updated_at = now()`.execute(
    trx,
  )
}

const movesActivity = [
  'charge.posted',
  'appointment.booked',
  'appointment.rescheduled',
  'appointment.cancelled',
  'appointment.missed',
]

/** Charges of the last year and the next visit, for persons with such a new event. */
export async function followActivity(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const persons = events.flatMap((event) => (movesActivity.includes(event.kind) ? event.personId : []))
  if (persons.length > 0) await refreshActivity(trx, sql`select unnest(${[...new Set(persons)]}::bigint[])`)
}

/**
 * Recomputes facts that change with the date alone: sums and counts of the last 365 days, and the next visit.
 * @param which persons as a select of their ids
 */
export async function refreshActivity(trx: Trx, which: RawBuilder<unknown>): Promise<void> {
  await sql`
    update person_facts f set charges_in_year = c.amount, next_visit_at = c.next_visit_at, visits_in_year = e.visits, stays_in_year = e.stays, updated_at = now()
    from (${which}) w(id) cross join lateral (select ${recordsOf(sql`w.id`)} as ids) records
    cross join lateral (
      select sum((x.data ->> 'amount')::numeric) filter (where x.kind = 'charge.posted' and x.at > ${yearAgo}) as amount,
        min((x.data ->> 'start')::timestamptz) filter (where x.kind in ('appointment.booked', 'appointment.rescheduled')
          and (x.data ->> 'start')::timestamptz > now()) as next_visit_at
      from event x where x.person_id = any(records.ids) and x.kind in ('charge.posted', 'appointment.booked', 'appointment.rescheduled')
        and not x.data ? 'superseded'
    ) c cross join lateral (
      select count(*) as visits, count(*) filter (where n.class = 'inpatient') as stays from encounter n
      where n.person_id = any(records.ids) and n.status <> 'cancelled' and n.starts_at > ${yearAgo}
    ) e
    where f.person_id = w.id`.execute(trx)
}

const chunk = 5000

/** Nightly, for everybody with a visit or charge within the windows, or an appointment that may have passed. @returns how many */
export async function refreshWindows(db: Db): Promise<number> {
  let after = 0
  for (let done = 0; ;) {
    const { rows } = await sql<{ id: number }>`
      select person_id as id from person_facts where person_id > ${after}
        and (visits_in_year > 0 or last_visit_at > ${yearAgo} or charges_in_year is not null or next_visit_at is not null) order by person_id limit ${chunk}`.execute(
      db,
    )
    const last = rows.at(-1)
    if (!last) return done
    await transaction(db, (trx) =>
      refreshActivity(trx, sql`select unnest(${rows.map((row) => row.id)}::bigint[])`),
    )
    done += rows.length
    after = last.id
  }
}
