import { type Kysely, sql } from 'kysely'

// What somebody of the hospital promised to somebody, by when, and whether it was kept.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table promise (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  -- To whom; a person without a record is named.
  person_id bigint,
  to_name text,
  text text not null,
  -- By whom: the actor, the member of staff behind it, or a department as a whole.
  owner_id text,
  owner_staff_id int references staff,
  owner_name text not null,
  owner_role text not null,
  department_id int references department,
  due_at timestamptz not null,
  source_kind text not null check (source_kind in ('case', 'task', 'call', 'conversation', 'none')),
  source_id bigint,
  made_at timestamptz not null default now(),
  made_by text not null,
  made_by_name text not null,
  status text not null default 'open' check (status in ('open', 'kept', 'broken', 'withdrawn')),
  ended_at timestamptz,
  ended_by_name text,
  end_reason text,
  -- A broken promise is still made good.
  fulfilled_at timestamptz,
  delay_reason text check (delay_reason in ('waiting-department', 'waiting-supplier', 'no-staff', 'unreached', 'forgotten', 'system', 'other')),
  delay_note text,
  delayed_at timestamptz,
  version int not null default 1,
  check ((source_kind = 'none') = (source_id is null)),
  check ((status = 'open') = (ended_at is null)),
  check (status <> 'withdrawn' or end_reason is not null),
  check ((delay_reason is null) = (delayed_at is null))
);
create index promise_due on promise (site_id, due_at) where status = 'open';
create index promise_owner on promise (owner_id, due_at);
create index promise_department on promise (department_id, due_at);
create index promise_person on promise (person_id) where person_id is not null;
create index promise_source on promise (source_kind, source_id) where source_id is not null;
`,
    )
    .execute(db)
}
