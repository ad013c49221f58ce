import { type Kysely, sql } from 'kysely'

// Disputes between a person and the hospital. Whether one is open is told by the events (`person.dispute-opened`, `-closed`), whoever recorded them; this
// table holds the words that not everybody may read.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table dispute (
  id bigint generated always as identity primary key,
  person_id bigint not null references person,
  encounter_id bigint references encounter,
  site_id int not null references site,
  department_id int references department,
  reason text not null,
  opened_at timestamptz not null default now(),
  opened_by_name text not null,
  outcome text check (outcome in ('settled', 'unfounded', 'withdrawn', 'referred')),
  note text,
  closed_at timestamptz,
  closed_by_name text,
  check ((closed_at is null) = (outcome is null))
);
select follow_survivor('dispute', '{encounter}');
create index dispute_person on dispute (person_id);
create index event_dispute on event (person_id) where kind in ('person.dispute-opened', 'person.dispute-closed');
`,
    )
    .execute(db)
}
