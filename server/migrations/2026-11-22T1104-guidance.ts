import { type Kysely, sql } from 'kysely'

// Texts for patients that are sent or read aloud from the desk: whose they are, what they say and said, and who got which.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table guidance (
  id int generated always as identity primary key,
  -- Of a shipped text; null for those that a site wrote.
  code text unique,
  title text not null,
  -- Null: everywhere; a department's text is its site's as well.
  site_id int references site,
  department_id int references department,
  -- Beginnings of ICD-10 codes, such as I10; none: whatever the diagnosis.
  condition_codes text[] not null default '{}',
  active boolean not null default true,
  version int not null default 1,
  created_at timestamptz not null default now(),
  check (department_id is null or site_id is not null)
);
create index guidance_place on guidance (department_id, site_id) where active;
create table guidance_version (
  guidance_id int not null references guidance on delete cascade,
  version int not null,
  title text not null,
  body text not null,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  changed_by_name text not null,
  primary key (guidance_id, version)
);
create table guidance_given (
  id bigint generated always as identity primary key,
  task_id bigint not null references task,
  guidance_id int not null references guidance,
  version int not null,
  how text not null check (how in ('email', 'read-aloud')),
  message_id bigint references message,
  given_at timestamptz not null default now(),
  given_by text not null,
  given_by_name text not null
);
create index guidance_given_task on guidance_given (task_id);
create index guidance_given_guidance on guidance_given (guidance_id);
create index guidance_given_message on guidance_given (message_id) where message_id is not null;
`,
    )
    .execute(db)
}
