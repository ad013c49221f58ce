import { type Kysely, sql } from 'kysely'

// Complaints, praise, suggestions and requests, what was promised and granted for them, and what they changed.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- A site's own category takes the place of the one for all with the same code, also as retired.
create table case_category (
  id int generated always as identity primary key,
  site_id int references site,
  parent_id int references case_category,
  code text not null,
  name text not null,
  position int not null default 0,
  retired_at timestamptz,
  version int not null default 1
);
create unique index case_category_code on case_category (coalesce(site_id, 0), code);

-- What may be offered for a defect of service, and up to which amount which role may do so without asking.
create table case_measure (
  id int generated always as identity primary key,
  site_id int references site,
  code text not null,
  name text not null,
  -- Whether an amount of money belongs to it.
  priced boolean not null default false,
  -- [{"role": "service-centre", "upTo": 200}]; without upTo: any amount.
  limits jsonb not null default '[]',
  position int not null default 0,
  retired_at timestamptz,
  version int not null default 1
);
create unique index case_measure_code on case_measure (coalesce(site_id, 0), code);

create table improvement (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  category_id int not null references case_category,
  department_id int not null references department,
  title text not null,
  cause text not null,
  whys jsonb not null default '[]',
  change text,
  owner_staff_id int references staff,
  owner_name text,
  due_date date,
  -- The day from which the process is another one.
  done_date date,
  told_at timestamptz,
  told_count int,
  created_at timestamptz not null default now(),
  created_by text not null,
  created_by_name text not null,
  version int not null default 1,
  check (done_date is null or change is not null)
);
create index improvement_place on improvement (site_id, department_id, category_id);

create table service_case (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  kind text not null check (kind in ('complaint', 'praise', 'suggestion', 'consultation', 'service-request', 'lost-property', 'report-mailing')),
  channel text not null check (channel in ('phone', 'visit', 'web', 'email', 'sms', 'wechat', 'letter', '12320', '12345', 'task', 'call')),
  source_kind text,
  source_id bigint,
  -- The number under which 12320 or 12345 handed it over.
  external_number text,
  person_id bigint,
  complainant text not null check (complainant in ('person', 'named', 'anonymous')),
  complainant_name text,
  complainant_phone text,
  category_id int not null references case_category,
  severity text not null check (severity in ('minor', 'ordinary', 'serious')),
  description text not null,
  -- First receiver, until it is handed over: whoever took it, or a department.
  owner_id text,
  owner_staff_id int references staff,
  owner_department_id int references department,
  owner_name text not null,
  owner_role text not null,
  status text not null default 'open' check (status in ('open', 'answered', 'closed')),
  escalated smallint not null default 0,
  reported_at timestamptz,
  answered_at timestamptz,
  answer text,
  answered_by_name text,
  told_at timestamptz,
  told_how text,
  satisfaction smallint check (satisfaction between 1 and 5),
  satisfaction_at timestamptz,
  outcome text check (outcome in ('settled', 'explained', 'unfounded', 'withdrawn', 'referred')),
  close_note text,
  closed_at timestamptz,
  closed_by_name text,
  reopened int not null default 0,
  dispute_id bigint,
  improvement_id bigint references improvement,
  opened_at timestamptz not null default now(),
  opened_by text not null,
  opened_by_name text not null,
  version int not null default 1,
  check ((complainant = 'person') = (person_id is not null)),
  check ((complainant = 'named') = (complainant_name is not null)),
  check (complainant_phone is null or complainant = 'named'),
  check ((source_kind is null) = (source_id is null)),
  check ((status = 'closed') = (closed_at is not null)),
  check (status <> 'closed' or outcome is not null),
  check (status = 'open' or answered_at is not null)
);
create index service_case_open on service_case (site_id, id) where status <> 'closed';
create index service_case_opened on service_case (site_id, opened_at);
create index service_case_person on service_case (person_id) where person_id is not null;
create index service_case_owner on service_case (owner_id, id);
create index service_case_improvement on service_case (improvement_id) where improvement_id is not null;
create unique index service_case_external on service_case (site_id, channel, external_number) where external_number is not null;

create table case_department (
  case_id bigint not null references service_case,
  department_id int not null references department,
  added_at timestamptz not null default now(),
  added_by_name text not null,
  primary key (case_id, department_id)
);
create index case_department_department on case_department (department_id, case_id);
create table case_staff (
  case_id bigint not null references service_case,
  staff_id int not null references staff,
  primary key (case_id, staff_id)
);
create table case_encounter (
  case_id bigint not null references service_case,
  encounter_id bigint not null,
  primary key (case_id, encounter_id)
);

create table case_log (
  id bigint generated always as identity primary key,
  case_id bigint not null references service_case,
  at timestamptz not null default now(),
  by_id text not null,
  by_name text not null,
  kind text not null,
  text text,
  data jsonb not null default '{}'
);
create index case_log_case on case_log (case_id, id);
-- A level of a clock is written down once.
create unique index case_log_escalation on case_log (((data ->> 'clockId')::bigint), ((data ->> 'level')::int)) where kind = 'escalated';

create table case_consultation (
  id bigint generated always as identity primary key,
  case_id bigint not null references service_case,
  department_id int not null references department,
  question text not null,
  asked_at timestamptz not null default now(),
  asked_by_name text not null,
  due_at timestamptz not null,
  answer text,
  answered_at timestamptz,
  answered_by_name text,
  check ((answer is null) = (answered_at is null))
);
create index case_consultation_case on case_consultation (case_id);

create table case_grant (
  id bigint generated always as identity primary key,
  case_id bigint not null references service_case,
  measure_id int not null references case_measure,
  amount numeric(10, 2) check (amount > 0),
  note text,
  status text not null check (status in ('granted', 'waiting', 'refused', 'withdrawn')),
  asked_at timestamptz not null default now(),
  asked_by text not null,
  asked_by_name text not null,
  decided_at timestamptz,
  decided_by_name text,
  reason text,
  check ((status = 'waiting') = (decided_at is null))
);
create index case_grant_case on case_grant (case_id);
create index case_grant_waiting on case_grant (id) where status = 'waiting';

-- How to meet somebody with whom it is difficult; ends by itself.
create table care_mark (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null,
  reason text not null,
  until date not null,
  set_at timestamptz not null default now(),
  set_by text not null,
  set_by_name text not null,
  ended_at timestamptz,
  ended_by_name text,
  end_reason text
);
create index care_mark_person on care_mark (person_id);
create unique index care_mark_standing on care_mark (person_id, site_id) where ended_at is null;
`,
    )
    .execute(db)
}
