import { type Kysely, sql } from 'kysely'

// The tables app_user … rate_limit have the columns that better-auth expects (core 1.7, plugins username and two-factor).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table app_user (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  username text unique,
  display_username text,
  two_factor_enabled boolean not null default false,
  staff_id int references staff,
  suspended boolean not null default false,
  must_change_password boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table app_session (
  id text primary key,
  token text not null unique,
  user_id text not null references app_user on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);
create index app_session_user on app_session (user_id);

create table app_account (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references app_user on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index app_account_user on app_account (user_id);

create table app_verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index app_verification_identifier on app_verification (identifier);

create table app_two_factor (
  id text primary key,
  secret text not null,
  backup_codes text not null,
  user_id text not null references app_user on delete cascade,
  verified boolean not null default true
);
create index app_two_factor_user on app_two_factor (user_id);

create table rate_limit (
  id text primary key,
  key text not null unique,
  count int not null,
  last_request bigint not null
);

create table role_grant (
  id int generated always as identity primary key,
  user_id text not null references app_user on delete cascade,
  role text not null check (role in ('administrator', 'service-centre', 'department-head', 'doctor', 'nurse', 'outreach', 'manager', 'auditor', 'integration')),
  site_id int references site,
  department_id int references department,
  unique nulls not distinct (user_id, role, site_id, department_id)
);

create table api_key (
  id int generated always as identity primary key,
  name text not null,
  role text not null,
  site_id int references site,
  prefix text not null,
  hash bytea not null unique,
  created_by text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- One row of the chain per act. Partitioned by month because it is purged by age; hash covers prev_hash and every column.
create table audit_event (
  seq bigint not null,
  at timestamptz not null,
  actor_id text not null,
  actor_name text not null,
  action text not null,
  outcome text not null check (outcome in ('allowed', 'refused', 'failed')),
  person_id bigint,
  subject text,
  fields text[] not null default '{}',
  reason text,
  address text,
  prev_hash text not null,
  hash text not null,
  primary key (seq, at)
) partition by range (at);
create index audit_event_person on audit_event (person_id, seq desc) where person_id is not null;
create index audit_event_actor on audit_event (actor_id, seq desc);

create table audit_head (
  only_row boolean primary key default true check (only_row),
  seq bigint not null,
  hash text not null,
  first_seq bigint not null
);
insert into audit_head values (true, 0, repeat('0', 64), 1);

create function audit_text(e audit_event) returns text language sql stable set timezone = 'UTC' as $$
  select concat_ws(e'\\x1f', e.seq::text, e.at::text, e.actor_id, e.actor_name, e.action, e.outcome,
    coalesce(e.person_id::text, '-'), coalesce(e.subject, '-'), e.fields::text, coalesce(e.reason, '-'), coalesce(e.address, '-'))
$$;

-- Appends entries to the chain. The row lock on audit_head is the lock of the chain and is held until commit,
-- so call it last in a transaction. Returns the new head.
create function audit_append(entries jsonb) returns bigint language plpgsql as $$
declare
  head audit_head;
  entry jsonb;
  row_ audit_event;
begin
  select * into head from audit_head for update;
  for entry in select value from jsonb_array_elements(entries) loop
    row_.seq := head.seq + 1;
    row_.at := clock_timestamp();
    row_.actor_id := entry->>'actorId';
    row_.actor_name := entry->>'actorName';
    row_.action := entry->>'action';
    row_.outcome := entry->>'outcome';
    row_.person_id := (entry->>'personId')::bigint;
    row_.subject := entry->>'subject';
    row_.fields := coalesce((select array_agg(f) from jsonb_array_elements_text(entry->'fields') f), '{}');
    row_.reason := entry->>'reason';
    row_.address := entry->>'address';
    row_.prev_hash := head.hash;
    row_.hash := encode(sha256(convert_to(head.hash || e'\\x1e' || audit_text(row_), 'UTF8')), 'hex');
    insert into audit_event select row_.*;
    head.seq := row_.seq;
    head.hash := row_.hash;
  end loop;
  update audit_head set seq = head.seq, hash = head.hash;
  return head.seq;
end $$;
`,
    )
    .execute(db)
}
