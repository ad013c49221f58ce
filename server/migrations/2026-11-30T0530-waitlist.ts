import { type Kysely, sql } from 'kysely'

// Who waits for an earlier or any slot, and slots that are kept for somebody until they say yes: a freed one, or another time for a suspended clinic.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table waitlist_entry (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null references person,
  department_id int not null references department,
  -- Null: any doctor, any kind of visit.
  staff_id int references staff,
  visit_type_id int references visit_type,
  -- Days at the site, both included.
  earliest date not null,
  latest date not null check (latest >= earliest),
  part_of_day text check (part_of_day in ('morning', 'afternoon')),
  urgent boolean not null default false,
  note text,
  -- An appointment that becomes an earlier one; null: a new one.
  appointment_id bigint references appointment,
  status text not null default 'waiting' check (status in ('waiting', 'booked', 'withdrawn', 'expired')),
  created_at timestamptz not null default now(),
  created_by text not null,
  created_by_name text not null,
  ended_at timestamptz,
  end_reason text,
  check ((status = 'waiting') = (ended_at is null))
);
create index waitlist_waiting on waitlist_entry (department_id, urgent desc, id) where status = 'waiting';
create index waitlist_person on waitlist_entry (person_id);
create table slot_offer (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null references person,
  slot_id bigint references slot on delete set null,
  waitlist_entry_id bigint references waitlist_entry,
  -- The appointment that would move to the slot.
  appointment_id bigint references appointment,
  -- The task whose red flag asks for an urgent visit.
  task_id bigint references task,
  starts_at timestamptz not null,
  offered_at timestamptz not null default now(),
  expires_at timestamptz not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  decided_at timestamptz,
  check (waitlist_entry_id is not null or appointment_id is not null or task_id is not null),
  check ((status = 'open') = (decided_at is null))
);
create unique index slot_offer_slot on slot_offer (slot_id) where status = 'open';
create unique index slot_offer_entry on slot_offer (waitlist_entry_id) where status = 'open';
create unique index slot_offer_appointment on slot_offer (appointment_id) where status = 'open' and waitlist_entry_id is null;
create index slot_offer_expiry on slot_offer (expires_at) where status = 'open';
create unique index slot_offer_task on slot_offer (task_id) where status = 'open';
create index slot_offer_person on slot_offer (person_id);
-- Its clinic is suspended: another time is wanted, offered, or was not found or not taken; then somebody calls.
alter table appointment add column rebook text check (rebook in ('wanted', 'offered', 'call', 'called'));
create index appointment_rebook on appointment (id) where rebook in ('wanted', 'call');
`,
    )
    .execute(db)
}
