import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create index person_birth_date on person (birth_date);

-- Persons that are new, or whose name, sex or birth date changed, and have not been compared with the others yet.
create table match_todo (
  person_id bigint primary key references person on delete cascade,
  since timestamptz not null default now()
);
create function person_to_match() returns trigger language plpgsql as $$
begin
  insert into match_todo (person_id) select id from new_rows on conflict do nothing;
  return null;
end $$;
create trigger person_to_match after insert on person referencing new table as new_rows for each statement
  execute function person_to_match();
create function person_to_match_again() returns trigger language plpgsql as $$
begin
  insert into match_todo (person_id) values (new.id) on conflict do nothing;
  return null;
end $$;
create trigger person_to_match_again after update of search_name, sex, birth_date on person for each row
  when (old.search_name <> new.search_name or old.sex <> new.sex or old.birth_date is distinct from new.birth_date)
  execute function person_to_match_again();

-- Two records that may be one person. A decision "different" holds as long as both say the same as then (fingerprint).
create table match_pair (
  left_id bigint not null references person on delete cascade,
  right_id bigint not null references person on delete cascade,
  probability real not null,
  -- The deterministic rule that holds, if any.
  rule text,
  -- Level of agreement by field.
  levels jsonb not null,
  fingerprint text not null,
  status text not null default 'open' check (status in ('open', 'later', 'same', 'different')),
  found_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by text,
  decided_by_name text,
  primary key (left_id, right_id),
  check (left_id < right_id)
);
create index match_pair_list on match_pair (status, probability desc, left_id, right_id);
create index match_pair_right on match_pair (right_id);

-- How telling each agreement is, estimated from this hospital's own data; the newest counts.
create table match_model (
  id int generated always as identity primary key,
  parameters jsonb not null,
  persons int not null,
  pairs bigint not null,
  created_at timestamptz not null default now()
);

-- One comparison of all persons with all.
create table match_run (
  id int generated always as identity primary key,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'finished', 'cancelled', 'failed')),
  cancel boolean not null default false,
  progress real not null default 0,
  persons int not null default 0,
  compared bigint not null default 0,
  found int not null default 0,
  started_by_name text not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index match_run_one on match_run ((true)) where status in ('waiting', 'running');
`,
    )
    .execute(db)
}
