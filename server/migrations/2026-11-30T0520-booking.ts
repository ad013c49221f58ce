import { type Kysely, sql } from 'kysely'

// Booking by people themselves. None of these rows leads to a person by a foreign key: a telephone number is proved before anybody is known.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table booking_code (
  -- Whoever asked for the code has this; nobody else can try it.
  id uuid primary key default gen_random_uuid(),
  site_id int not null references site,
  -- Both with keys of this installation: a copy of the table tells neither number nor code.
  phone_hash text not null,
  code_hash text not null,
  -- Number, code and language, sealed, until the text is handed over.
  sealed text,
  tries smallint not null default 0 check (tries between 0 and 5),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  sent_at timestamptz,
  -- Why it could not be sent; nothing of the recipient.
  failed text,
  used_at timestamptz
);
create index booking_code_waiting on booking_code (created_at) where sealed is not null;
create index booking_code_expires on booking_code (expires_at);
create table booking_session (
  id bigint generated always as identity primary key,
  token_hash text not null unique,
  -- Proved by a code.
  phone text not null,
  site_id int not null references site,
  -- For whom it books; null while that is not known.
  person_id bigint,
  -- Years of birth tried.
  tries smallint not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index booking_session_phone on booking_session (phone, created_at);
create index booking_session_expires on booking_session (expires_at);
create table booking_refusal (
  id bigint generated always as identity primary key,
  hour timestamptz not null,
  -- When it was hit last.
  at timestamptz not null default now(),
  kind text not null check (kind in ('code', 'try', 'search', 'hold', 'booking', 'open')),
  -- Whose limit it was.
  scope text not null check (scope in ('phone', 'address', 'all')),
  -- /24 or /64.
  address text not null,
  -- Masked, else empty.
  phone text not null,
  n int not null default 1 check (n > 0),
  unique (hour, kind, scope, address, phone)
);
create index booking_refusal_at on booking_refusal (at desc, id desc);
create index appointment_booked_by on appointment (booked_by) where channel = 'web';
`,
    )
    .execute(db)
}
