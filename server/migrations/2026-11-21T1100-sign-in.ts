import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table app_user add column last_sign_in_at timestamptz;

alter table app_two_factor
  add column failed_verification_count int not null default 0,
  add column locked_until timestamptz;

-- Failed sign-ins per account and per address, shared by all processes.
drop table rate_limit;
create table sign_in_throttle (
  key text primary key,
  failures int not null,
  last_failure_at timestamptz not null default now(),
  blocked_until timestamptz
);

-- A code of a second factor works once; rows older than its validity are swept.
create table used_code (
  hash bytea primary key,
  used_at timestamptz not null default now()
);

-- A JSON array keeps the borders between columns: null differs from '-', and no text can slide from one column to the next.
create or replace function audit_text(e audit_event) returns text language sql stable
set timezone = 'UTC' set datestyle = 'ISO' as $$
  select jsonb_build_array(e.seq, e.at, e.actor_id, e.actor_name, e.action, e.outcome, e.person_id, e.subject, e.fields,
    e.reason, e.address)::text
$$;
`,
    )
    .execute(db)
}
