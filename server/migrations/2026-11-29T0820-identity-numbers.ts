import { type Kysely, sql } from 'kysely'

// Identity numbers are stored in the one form in which they are compared (GB 11643: the 15 digits of before 1999 become 18), and a number that a
// source states for a second person is kept as a statement: the two may be one.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table person_number_claim (
  person_id bigint not null references person on delete cascade,
  system text not null,
  value text collate "C" not null,
  source text not null,
  updated_at timestamptz not null default now(),
  primary key (value, system, person_id)
);
create index person_number_claim_person on person_number_claim (person_id);
create function person_claim_to_match() returns trigger language plpgsql as $$
begin
  insert into match_todo (person_id) select distinct person_id from new_rows on conflict do nothing;
  return null;
end $$;
create trigger person_claim_to_match after insert on person_number_claim referencing new table as new_rows for each statement
  execute function person_claim_to_match();

create temporary table changed on commit drop as
with plain as (
  select person_id, system, value as old_value, source, updated_at,
    upper(regexp_replace(normalize(value, NFKC), '[[:space:].\u00AD\u200B-\u200F\u2010-\u2015\u202A-\u202E\u2060\uFEFF-]', '', 'g')) as value
  from person_identifier where system in ('national-id', 'passport')
), long as (
  select *, case when value ~ '^\\d{8}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}$'
    then left(value, 6) || case when right(value, 3) >= '996' then '18' else '19' end || substr(value, 7) end as digits
  from plain
)
select person_id, system, old_value, source, updated_at, coalesce(digits || substr('10X98765432', 1 + (
    select sum(substr(digits, w.at::int, 1)::int * w.weight) % 11
    from unnest(array[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) with ordinality as w(weight, at))::int, 1), value) as new_value
from long;
delete from changed where new_value = old_value collate "C" or new_value = '';
create temporary table taken on commit drop as
select c.* from (
  select *, row_number() over (partition by system, new_value order by updated_at, person_id) as place from changed) c
where c.place > 1 or exists (select from person_identifier i where i.system = c.system and i.value = c.new_value);
insert into person_number_claim (person_id, system, value, source, updated_at)
select t.person_id, t.system, t.new_value, t.source, t.updated_at from taken t
where not exists (select from person_identifier i where i.system = t.system and i.value = t.new_value and i.person_id = t.person_id)
on conflict do nothing;
delete from person_identifier i using taken t where i.system = t.system and i.value = t.old_value;
update person_identifier i set value = c.new_value from changed c where i.system = c.system and i.value = c.old_value;
delete from person_number_claim c using person_identifier i where i.person_id = c.person_id and i.system = c.system and i.value = c.value;
`,
    )
    .execute(db)
}
