import { type Kysely, sql } from 'kysely'

// Calls that the machine makes first: who is called, what is said, and who holds the line to a telephone system.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- 'first': the machine calls before people do. Else why it left the task to people.
alter table task add column machine text check (machine in ('first', 'asked-for-person', 'red-flag', 'doubtful-flag', 'partly', 'not-identified',
  'wrong-person', 'tries', 'unobtainable', 'interrupted', 'refused', 'not-ready', 'no-birth-year', 'no-number', 'worked-on'));
create index task_machine on task (site_id, start_at) where machine = 'first' and status in ('requested', 'in-progress');
-- Null: at the desk or by a link, as the source says.
alter table questionnaire_response add column channel text check (channel in ('voice'));
create table voice_line (
  -- The telephony account.
  account_id int primary key references telephony_account on delete cascade,
  -- Raised with every new holder: what an earlier one still writes is refused.
  fence bigint not null default 1,
  holder text not null,
  held_until timestamptz not null,
  connected boolean not null default false,
  problem text
);
create table voice_call (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null references person,
  task_id bigint not null references task,
  -- Counted per task.
  attempt int not null check (attempt > 0),
  account_id int not null references telephony_account,
  questionnaire_version_id int not null references questionnaire_version,
  state text not null default 'planned' check (state in ('planned', 'dialling', 'talking', 'leaving', 'ended')),
  -- Only while the call lasts.
  phone text,
  script jsonb not null,
  dialogue jsonb,
  -- What happened, in order: { at, kind, ... }.
  steps jsonb not null default '[]',
  amd text,
  cause int,
  outcome text check (outcome in ('completed', 'red-flag', 'asked-for-person', 'partly', 'not-identified', 'wrong-person', 'silent', 'hung-up',
    'busy', 'no-answer', 'machine', 'unobtainable', 'line-fault', 'withdrawn', 'unknown')),
  handed_over boolean not null default false,
  fence bigint not null,
  planned_at timestamptz not null default clock_timestamp(),
  dialled_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  unique (task_id, attempt),
  check ((state = 'ended') = (outcome is not null)),
  check ((state = 'ended') = (ended_at is not null)),
  check ((state = 'ended') = (phone is null))
);
create unique index voice_call_task on voice_call (task_id) where state <> 'ended';
create unique index voice_call_person on voice_call (person_id) where state <> 'ended';
-- A family with one telephone is called once at a time.
create unique index voice_call_phone on voice_call (phone) where state <> 'ended';
create index voice_call_live on voice_call (account_id) where state <> 'ended';
create index voice_call_day on voice_call (site_id, planned_at desc, id desc);
create index voice_call_record on voice_call (person_id);
-- Tasks that the machine looked at and does not call before some time.
create table voice_wait (
  task_id bigint primary key references task on delete cascade,
  until timestamptz not null,
  why text not null check (why in ('best-hour', 'gate', 'line-fault', 'hours'))
);
create table voice_pause (
  site_id int primary key references site,
  paused boolean not null,
  -- Calls that began before are ended.
  stopped_at timestamptz,
  reason text,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  changed_by_name text not null
);
create table voice_prompt (
  id bigint generated always as identity primary key,
  -- SHA-256 of the text.
  hash text not null,
  language text not null,
  text text not null,
  -- 'staff': a recording; else the engine that spoke it.
  engine text not null,
  version int not null default 1,
  wav bytea not null,
  seconds real not null check (seconds > 0),
  made_at timestamptz not null default now(),
  made_by text,
  made_by_name text,
  withdrawn_at timestamptz,
  withdrawn_by_name text,
  unique (hash, language, engine, version)
);
`,
    )
    .execute(db)
}
