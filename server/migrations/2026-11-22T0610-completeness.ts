import { type Kysely, sql } from 'kysely'

// What a person lacks for follow-up, as bits: the one definition, for the page, the list and the figure. Null for records that were merged
// into another. Kept in person_facts by refreshFacts, because nobody wants to wait for a million persons to be looked through.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- Not "exists": the planner would answer that for a list of persons by reading whole tables.
create view person_gap as
select p.id as person_id, case when p.survivor_id is null then
    case when p.name = '未登记姓名' then 1 else 0 end
  | case when p.birth_date is null
      and (select 1 from person m where m.survivor_id = p.id and m.birth_date is not null limit 1) is null then 2 else 0 end
  | case when p.sex = 'unknown'
      and (select 1 from person m where m.survivor_id = p.id and m.sex <> 'unknown' limit 1) is null then 4 else 0 end
  | case when (select 1 from person_identifier i where i.person_id = p.id and i.system in ('national-id', 'passport') limit 1) is null
      and (select 1 from person m join person_identifier i on i.person_id = m.id where m.survivor_id = p.id and i.system in ('national-id', 'passport') limit 1) is null then 8 else 0 end
  | case when (select 1 from person_telecom t where t.person_id = p.id and t.system = 'phone' and t.valid limit 1) is null
      and (select 1 from person m join person_telecom t on t.person_id = m.id where m.survivor_id = p.id and t.system = 'phone' and t.valid limit 1) is null then 16 else 0 end
  | case when (select 1 from person_address a where a.person_id = p.id limit 1) is null
      and (select 1 from person m join person_address a on a.person_id = m.id where m.survivor_id = p.id limit 1) is null then 32 else 0 end
  | case when (select 1 from person_relationship r where r.person_id = p.id and r.phone is not null limit 1) is null
      and (select 1 from person m join person_relationship r on r.person_id = m.id where m.survivor_id = p.id and r.phone is not null limit 1) is null then 64 else 0 end
  | case when (select 1 from person_telecom t where t.person_id = p.id and t.system = 'email' and t.valid limit 1) is null
      and (select 1 from person m join person_telecom t on t.person_id = m.id where m.survivor_id = p.id and t.system = 'email' and t.valid limit 1) is null then 128 else 0 end
  end as missing
from person p;

-- With both columns in one index, the planner looks a person's documents up also before it has counted anything; it read all of them before.
drop index person_identifier_person;
create index person_identifier_person on person_identifier (person_id, system);

alter table person_facts add column missing int;
update person_facts f set missing = g.missing from person_gap g where g.person_id = f.person_id;
create index person_facts_missing on person_facts (missing, person_id) where missing is not null;
`,
    )
    .execute(db)
}
