import { type Kysely, sql } from 'kysely'

// Schedules, sessions and slots, and who comes when. A slot is one place for one patient: what may not happen twice is forbidden by an index here.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create extension if not exists btree_gist;
create table visit_type (
  id int generated always as identity primary key,
  site_id int not null references site,
  code text not null,
  name text not null,
  -- Of one slot, in minutes.
  minutes int not null check (minutes between 1 and 480),
  -- For information, in the currency of the site.
  fee numeric(10, 2) check (fee >= 0),
  -- What the patient has to do or bring: fasting, papers.
  preparation text,
  -- People may book it themselves.
  public boolean not null default false,
  active boolean not null default true,
  unique (site_id, code)
);
create table resource (
  id int generated always as identity primary key,
  site_id int not null references site,
  department_id int references department,
  kind text not null check (kind in ('room', 'equipment')),
  code text not null,
  name text not null,
  -- The way there.
  directions text,
  active boolean not null default true,
  unique (site_id, code)
);
create table schedule (
  id int generated always as identity primary key,
  site_id int not null references site,
  department_id int not null references department,
  -- Null: whoever is on duty.
  staff_id int references staff,
  room_id int references resource,
  equipment_id int references resource,
  visit_type_id int not null references visit_type,
  -- ISO 8601: Monday is 1.
  weekday smallint not null check (weekday between 1 and 7),
  starts time not null,
  ends time not null check (ends > starts),
  slot_minutes int not null check (slot_minutes between 1 and 480),
  -- Patients at the same time.
  places int not null default 1 check (places between 1 and 200),
  -- Patients above the places, in the whole session.
  overbook int not null default 0 check (overbook between 0 and 200),
  -- Places by channel: [{channel, places, releaseHours}].
  quotas jsonb not null default '[]',
  valid_from date not null,
  valid_to date check (valid_to >= valid_from),
  -- Also on public holidays, and on weekend days that are worked.
  holidays boolean not null default false,
  make_up boolean not null default false,
  version int not null default 0,
  created_at timestamptz not null default now()
);
create index schedule_site on schedule (site_id, department_id);
create table clinic_session (
  id bigint generated always as identity primary key,
  -- Null: made by hand.
  schedule_id int references schedule on delete set null,
  site_id int not null references site,
  department_id int not null references department,
  staff_id int references staff,
  room_id int references resource,
  equipment_id int references resource,
  visit_type_id int not null references visit_type,
  -- The day at the site.
  date date not null,
  period tstzrange not null check (not isempty(period)),
  overbook int not null default 0 check (overbook >= 0),
  status text not null default 'open' check (status in ('open', 'suspended')),
  -- Why it is suspended.
  reason text,
  version int not null default 0,
  created_at timestamptz not null default now(),
  unique (schedule_id, date),
  constraint session_doctor exclude using gist (staff_id with =, period with &&) where (status = 'open' and staff_id is not null),
  constraint session_room exclude using gist (room_id with =, period with &&) where (status = 'open' and room_id is not null),
  constraint session_equipment exclude using gist (equipment_id with =, period with &&) where (status = 'open' and equipment_id is not null)
);
create index clinic_session_date on clinic_session (site_id, date);
create index clinic_session_staff on clinic_session (staff_id, date);
create table slot (
  id bigint generated always as identity primary key,
  session_id bigint not null references clinic_session on delete cascade,
  -- As in the session, for searching.
  site_id int not null,
  department_id int not null,
  staff_id int,
  visit_type_id int not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  -- Its number in the session, in the order of time.
  number int not null,
  overbooked boolean not null default false,
  -- Only for this channel until then.
  channel text check (channel in ('phone', 'web', 'window', 'follow-up', 'alliance', 'green')),
  release_at timestamptz,
  status text not null default 'free' check (status in ('free', 'held', 'booked', 'blocked')),
  -- Who holds it, until when.
  held_by text,
  held_until timestamptz,
  unique (session_id, number),
  check ((status = 'held') = (held_by is not null and held_until is not null))
);
create index slot_free on slot (site_id, starts_at) where status = 'free';
create index slot_free_department on slot (department_id, starts_at) where status = 'free';
create index slot_free_staff on slot (staff_id, starts_at) where status = 'free';
create index slot_held on slot (held_until) where status = 'held';
create table appointment (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null references person,
  department_id int references department,
  staff_id int references staff,
  room_id int references resource,
  visit_type_id int references visit_type,
  -- What it is for, in words; that of the visit type where there is one.
  title text not null,
  -- Null: booked in another system at a time that is no slot here.
  slot_id bigint references slot,
  starts_at timestamptz not null,
  ends_at timestamptz check (ends_at > starts_at),
  -- FHIR R4 appointmentstatus.
  status text not null default 'booked' check (status in ('booked', 'arrived', 'fulfilled', 'noshow', 'cancelled')),
  channel text not null check (channel in ('phone', 'web', 'window', 'follow-up', 'alliance', 'green', 'his')),
  -- careloop, or the system that booked it, with its number there.
  source text not null default 'careloop',
  source_number text,
  -- Its slot was somebody else's already when the other system told of it.
  conflict boolean not null default false,
  urgent boolean not null default false,
  note text,
  -- The follow-up task during which it was booked.
  task_id bigint references task,
  booked_at timestamptz not null default now(),
  booked_by text not null,
  booked_by_name text not null,
  confirmed_at timestamptz,
  arrived_at timestamptz,
  called_at timestamptz,
  seen_at timestamptz,
  left_at timestamptz,
  cancelled_at timestamptz,
  cancelled_by text check (cancelled_by in ('patient', 'staff', 'doctor', 'hospital')),
  cancel_reason text,
  version int not null default 0,
  check ((status = 'cancelled') = (cancelled_at is not null and cancelled_by is not null))
);
create unique index appointment_slot on appointment (slot_id) where status <> 'cancelled';
create unique index appointment_source on appointment (site_id, source_number) where source <> 'careloop';
create index appointment_person on appointment (person_id, starts_at);
create index appointment_site on appointment (site_id, starts_at);
create index appointment_department on appointment (department_id, starts_at);
create index appointment_staff on appointment (staff_id, starts_at);
`,
    )
    .execute(db)
}
