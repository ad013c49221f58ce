import { type Kysely, sql } from 'kysely'

// That a visit began and that it ended is told by its own row, once; see docs/decisions/0030-a-visit-is-told-once.md. Events of the past that say what the
// row says go into it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table encounter add column start_recorded_at timestamptz, add column end_recorded_at timestamptz;

with told as (
  select distinct on (e.encounter_id, e.kind) e.id, e.encounter_id, e.kind, e.recorded_at
  from event e join encounter n on n.id = e.encounter_id
  where e.person_id = n.person_id and e.source = n.source and e.actor_id is null and e.task_id is null
    and e.department_id is not distinct from n.department_id and e.attending_staff_id is not distinct from n.attending_staff_id
    and (
      (e.kind = case when n.class = 'inpatient' then 'encounter.admitted' else 'encounter.registered' end and e.at = n.starts_at and e.data = '{}')
      or (e.kind = 'encounter.discharged' and n.status in ('finished', 'cancelled') and e.at = n.ends_at
        and e.data = jsonb_strip_nulls(jsonb_build_object('disposition', n.disposition))))
  order by e.encounter_id, e.kind, e.id desc
), of_visit as (
  select encounter_id, max(recorded_at) filter (where kind <> 'encounter.discharged') as start_recorded_at,
    max(recorded_at) filter (where kind = 'encounter.discharged') as end_recorded_at
  from told group by encounter_id
), kept as (
  update encounter n set start_recorded_at = b.start_recorded_at, end_recorded_at = b.end_recorded_at from of_visit b where b.encounter_id = n.id
)
delete from event e using told t where t.id = e.id;

-- All that happened: events, and what the rows of visits tell. Numbers of the latter are made from the visit's, below zero.
create view timeline as
  select id, person_id, at, recorded_at, kind, source, actor_id, encounter_id, task_id, department_id, attending_staff_id, data from event
  union all
  select -2 * id - 1, person_id, starts_at, start_recorded_at,
    case when class = 'inpatient' then 'encounter.admitted' else 'encounter.registered' end,
    source, null, id, null, department_id, attending_staff_id, '{}'::jsonb
  from encounter where start_recorded_at is not null
  union all
  select -2 * id, person_id, ends_at, end_recorded_at, 'encounter.discharged',
    source, null, id, null, department_id, attending_staff_id, jsonb_strip_nulls(jsonb_build_object('disposition', disposition))
  from encounter where end_recorded_at is not null;

create index encounter_starts_at on encounter using brin (starts_at);
create index encounter_ends_at on encounter using brin (ends_at);
`,
    )
    .execute(db)
}
