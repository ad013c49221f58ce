import { type Kysely, sql } from 'kysely'
import { stopsOn, type StandardStop } from '../../contract/stop-rule.ts'

const rules = (['death', 'readmission', 'opt-out', 'refusal'] as StandardStop[]).flatMap((name) =>
  stopsOn(name).map((rule) => ({ name, rule })),
)

/** Reasons to stop become rules; tables and columns that hold definitions. */
const definitions = [
  ['pathway_version', 'definition'],
  ['pathway_version', 'written'],
  ['pathway_draft', 'definition'],
  ['rehearsal', 'definition'],
] as const

// An enrolment is about a subject: a visit or anything that a module registers, or the person or organisation alone.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table enrollment add column subject_kind text not null default 'person', add column subject_id bigint,
  add column group_id int references group_customer, add column site_id int references site,
  -- Counts the times that somebody was on the pathway about the same subject.
  add column round smallint not null default 1,
  -- The wait that it is in, when that ends by a time of the subject.
  add column wait_key text;
update enrollment set subject_kind = 'encounter', subject_id = encounter_id where encounter_id is not null;
drop index enrollment_once;
drop index enrollment_encounter;
alter table enrollment drop column encounter_id;
alter table enrollment add column encounter_id bigint generated always as (case when subject_kind = 'encounter' then subject_id end) stored references encounter,
  alter column person_id drop not null,
  add constraint enrollment_of check (person_id is not null or group_id is not null),
  add constraint enrollment_about check ((subject_kind = 'person') = (subject_id is null));
-- One open enrolment of a pathway about the person alone; about a subject one in each round. What was entered by a subject that did not come true may be entered again.
create unique index enrollment_alone on enrollment (pathway_id, person_id, group_id) nulls not distinct
  where subject_id is null and status in ('active', 'waiting', 'blocked');
create unique index enrollment_round on enrollment (pathway_id, person_id, group_id, subject_kind, subject_id, round) nulls not distinct
  where subject_id is not null and coalesce(stop_reason, '') not like '%-cancelled';
create index enrollment_encounter on enrollment (encounter_id) where encounter_id is not null;
create index enrollment_subject on enrollment (subject_kind, subject_id) where subject_id is not null and subject_kind <> 'encounter';
create index enrollment_wait on enrollment (subject_kind, subject_id) where wait_key is not null;
create index enrollment_group on enrollment (group_id) where group_id is not null;

alter table event alter column person_id drop not null, add column group_id int references group_customer,
  add constraint event_of check (person_id is not null or group_id is not null);
create index event_group on event (group_id, at desc) where group_id is not null;

-- What a version listens to, beside its definition, so that nobody unpacks a hundred definitions for each event.
alter table pathway_version add column entry_event text, add column stop_events text[] not null default '{}', add column follows_subject boolean not null default false;

alter table person_facts add column site_id int references site, add column city text, add column district text,
  add column in_hospital boolean not null default false, add column condition_codes text[],
  add column visits_in_year int not null default 0, add column stays_in_year int not null default 0,
  add column charges_in_year numeric(14, 2), add column next_visit_at timestamptz;
update person_facts f set site_id = coalesce(
    (select d.site_id from department d where d.id = f.last_department_id),
    (select n.site_id from encounter n where n.person_id = f.person_id order by n.starts_at desc nulls last limit 1),
    (select i.site_id from person_identifier i where i.person_id = f.person_id and i.site_id is not null limit 1)),
  city = a.city, district = a.district
from (select p.id, h.city, h.district from person p left join lateral (
  select city, district from person_address where person_id = p.id and use = 'home' order by updated_at desc limit 1) h on true) a
where a.id = f.person_id;
-- Windows of a year are counted by the night that follows.
update person_facts f set
  in_hospital = exists (select 1 from encounter n where n.person_id in (select id from person where id = f.person_id or survivor_id = f.person_id)
    and n.class = 'inpatient' and n.status = 'in-progress'),
  condition_codes = (select array_agg(distinct c.code) from condition c
    where c.person_id in (select id from person where id = f.person_id or survivor_id = f.person_id))
where f.visits > 0;
`,
    )
    .execute(db)
  for (const [table, column] of definitions)
    await sql`
      update ${sql.table(table)} set ${sql.ref(column)} = jsonb_set(${sql.ref(column)}, '{stopOn}', (
        select coalesce(jsonb_agg(m.rule order by s.nr, m.nr), '[]')
        from jsonb_array_elements_text(${sql.ref(column)} -> 'stopOn') with ordinality as s(name, nr)
        join unnest(${rules.map((one) => one.name)}::text[], ${rules.map((one) => JSON.stringify(one.rule))}::jsonb[]) with ordinality as m(name, rule, nr)
          on m.name = s.name))
      where ${sql.ref(column)} is not null and jsonb_typeof(${sql.ref(column)} -> 'stopOn' -> 0) is distinct from 'object'`.execute(
      db,
    )
  await sql`
    update pathway_version v set entry_event = definition -> 'entry' ->> 'event',
      stop_events = array(select distinct r ->> 'event' from jsonb_array_elements(definition -> 'stopOn') r
        union select 'person.dispute-opened')`.execute(db)
}
