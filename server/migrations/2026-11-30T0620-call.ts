import { type Kysely, sql } from 'kysely'

// Calls as the telephone system tells of them. Each column of a call is the smallest or largest of what was said, so that doubled and
// reordered events change nothing (docs/decisions/0056-calls-from-events.md). `call.person_id` and `call.task_id` lead nowhere: who
// calls is found by the number, and calls lie with their telephone system, not with a person.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table telephony_account (
  id int generated always as identity primary key,
  site_id int not null references site,
  kind text not null check (kind in ('asterisk', 'webhook')),
  name text not null unique,
  active boolean not null default true,
  config jsonb not null,
  -- Sealed, by the name of the field.
  secrets jsonb not null default '{}',
  version int not null default 1,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  -- The adapter's own.
  connected_at timestamptz,
  last_event_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  -- Bytes of the file of call records that were read.
  records_read bigint not null default 0
);

create table agent_line (
  user_id text primary key references app_user on delete cascade,
  account_id int not null references telephony_account on delete cascade,
  extension text not null check (extension ~ '^[0-9A-Za-z_.-]{1,40}$'),
  presence text not null default 'available' check (presence in ('available', 'wrap-up', 'break')),
  presence_since timestamptz not null default now(),
  unique (account_id, extension)
);

create table call (
  id bigint generated always as identity primary key,
  account_id int not null references telephony_account,
  -- Asterisk: Linkedid.
  external_id text not null check (length(external_id) between 1 and 200),
  site_id int not null references site,
  direction text check (direction in ('inbound', 'outbound', 'internal')),
  -- The other party's number in the form in which numbers are stored; null when it was withheld.
  number text,
  -- The number or extension that was called first.
  dialled text,
  queue text,
  started_at timestamptz not null,
  queued_at timestamptz,
  ringing_at timestamptz,
  answered_at timestamptz,
  held_at timestamptz,
  resumed_at timestamptz,
  ended_at timestamptz,
  -- Until when the call certainly lasted, where nobody told its end.
  seen_at timestamptz not null,
  cause text,
  recording text,
  person_id bigint,
  linked_by text check (linked_by in ('number', 'staff', 'task')),
  task_id bigint,
  made_by text references app_user,
  disposition text,
  note text check (length(note) <= 2000),
  wrapped_up_at timestamptz,
  wrapped_up_by text,
  -- What follows from its end was done.
  settled_at timestamptz,
  unique (account_id, external_id)
);
create index call_started on call (site_id, started_at desc, id desc);
create index call_person on call (person_id, started_at desc) where person_id is not null;
create index call_task on call (task_id) where task_id is not null;
create index call_live on call (account_id) where ended_at is null;
create index call_unsettled on call (ended_at) where ended_at is not null and settled_at is null;

-- A telephone that took part.
create table call_leg (
  call_id bigint not null references call on delete cascade,
  external_id text not null check (length(external_id) between 1 and 200),
  extension text,
  user_id text references app_user on delete set null,
  user_name text,
  ringing_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  primary key (call_id, external_id)
);
create index call_leg_user on call_leg (user_id, call_id desc) where user_id is not null;

-- What staff wants of the telephone system. Sent once: marked before it goes out, and never again.
create table call_command (
  id bigint generated always as identity primary key,
  account_id int not null references telephony_account,
  call_id bigint references call on delete cascade,
  act text not null check (act in ('dial', 'transfer', 'hold', 'resume', 'hang-up', 'listen', 'whisper', 'barge', 'pause', 'unpause')),
  data jsonb not null default '{}',
  user_id text,
  requested_at timestamptz not null default now(),
  sent_at timestamptz,
  done_at timestamptz,
  error text
);
create index call_command_open on call_command (account_id, id) where sent_at is null;

-- Signatures of deliveries taken, so that a copy of one is refused while its time stamp would still be believed.
create table telephony_delivery (
  account_id int not null references telephony_account on delete cascade,
  digest bytea not null,
  received_at timestamptz not null default now(),
  primary key (account_id, digest)
);
-- Who calls may be a relative.
create index person_relationship_phone on person_relationship (phone) where phone is not null;
create index telephony_delivery_age on telephony_delivery (received_at);
`,
    )
    .execute(db)
}
