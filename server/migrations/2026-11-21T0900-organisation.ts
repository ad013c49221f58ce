import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create extension if not exists pg_trgm;

create table site (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  time_zone text not null default 'Asia/Shanghai',
  created_at timestamptz not null default now()
);

create table department (
  id int generated always as identity primary key,
  site_id int not null references site,
  code text not null,
  name text not null,
  specialty text,
  active boolean not null default true,
  needs_review boolean not null default false,
  created_at timestamptz not null default now(),
  unique (site_id, code)
);

create table staff (
  id int generated always as identity primary key,
  site_id int not null references site,
  department_id int references department,
  code text not null,
  name text not null,
  title text,
  role text not null default 'other'
    check (role in ('doctor', 'department-head', 'nurse', 'head-nurse', 'service-centre', 'outreach', 'other')),
  active boolean not null default true,
  needs_review boolean not null default false,
  created_at timestamptz not null default now(),
  unique (site_id, code)
);
create index staff_department on staff (department_id, role) where active;

create table setting (
  key text primary key,
  value jsonb not null,
  version int not null default 1,
  changed_at timestamptz not null default now(),
  changed_by text
);
create table setting_history (
  key text not null,
  version int not null,
  value jsonb,
  changed_at timestamptz not null default now(),
  changed_by text,
  primary key (key, version)
);

create table calendar_day (
  date date primary key,
  working boolean not null,
  name text not null,
  source text not null
);
`,
    )
    .execute(db)
}
