import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- What a pathway would have made of past events. Holds counts only, nothing of persons.
create table rehearsal (
  id int generated always as identity primary key,
  pathway_id int not null references pathway on delete cascade,
  -- What was rehearsed, and which draft that was; null: the version in force.
  definition jsonb not null,
  revision int,
  -- The version in force it is compared with.
  compared_version_id int references pathway_version,
  from_date date not null,
  to_date date not null,
  -- Null: everywhere.
  site_ids int[],
  department_ids int[],
  status text not null default 'waiting' check (status in ('waiting', 'running', 'finished', 'cancelled', 'failed')),
  progress real not null default 0,
  -- Events looked at.
  events int not null default 0,
  summary jsonb,
  started_by_name text not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index rehearsal_one on rehearsal (pathway_id) where status in ('waiting', 'running');

create table rehearsal_day (
  rehearsal_id int not null references rehearsal on delete cascade,
  side text not null check (side in ('draft', 'current')),
  day date not null,
  department_id int references department,
  calls int not null,
  visits int not null,
  questionnaires int not null,
  others int not null,
  messages int not null,
  minutes real not null
);
create index rehearsal_day_rehearsal on rehearsal_day (rehearsal_id);

-- A rehearsal looks at the events of a period; they lie on disk nearly in the order of their time.
create index event_at on event using brin (at);
`,
    )
    .execute(db)
}
