import { type Kysely, sql } from 'kysely'

// Who somebody is, with every index once: of a million persons, two fifths of what these tables took on disk were indexes that another one
// can stand for, and each costs time whenever a person arrives.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- In byte order one index finds a number and all numbers that begin so, whatever the collation of the database.
alter table person_identifier drop constraint person_identifier_pkey;
drop index person_identifier_value;
alter table person_identifier alter column value type text collate "C";
alter table person_identifier add primary key (value, system);

-- Whoever looks for a whole telephone number finds it among the ends of numbers: reverse(value) = reverse('+8613800001234'). Rows are changed by
-- the person they belong to, so that their number needs no index.
alter table person_telecom drop constraint person_telecom_pkey;
alter table person_telecom drop constraint person_telecom_person_id_system_value_key;
alter table person_telecom add primary key (person_id, system, value);
drop index person_telecom_value;
-- Not partial: PostgreSQL uses what it knows of an expression only where the index holds every row.
drop index person_telecom_tail;
create index person_telecom_tail on person_telecom (reverse(value) text_pattern_ops);

alter table person_address drop constraint person_address_pkey;
alter table person_address drop constraint person_address_person_id_use_key;
alter table person_address add primary key (person_id, use);

-- The sound of a name, its beginning, and one of a year.
drop index person_pinyin;
drop index person_pinyin_birth;
create index person_pinyin on person (pinyin text_pattern_ops, birth_date);

-- Who waits to be compared is taken in the order of ids: all of them are taken in the end. A person who is gone meanwhile resembles nobody, so
-- that nothing needs to be checked for each new one.
drop index match_todo_since;
alter table match_todo drop constraint match_todo_person_id_fkey;
`,
    )
    .execute(db)
}
