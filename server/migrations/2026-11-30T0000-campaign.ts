import { type Kysely, sql } from 'kysely'

// Pathways with a comparison group and a pause, and campaigns: audience, approval and what they brought.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table enrollment drop constraint enrollment_status_check,
  add constraint enrollment_status_check check (status in ('active', 'waiting', 'blocked', 'completed', 'stopped', 'held-out')),
  add column variant text check (variant in ('hold-out', 'A', 'B', 'C', 'D')),
  -- Set aside by the executor while its pathway is paused.
  add column paused boolean not null default false,
  add constraint enrollment_held_out check ((status = 'held-out') = (coalesce(variant, '') = 'hold-out'));
drop index enrollment_due;
create index enrollment_due on enrollment (due_at, id) where status = 'active' and not paused;
create index enrollment_paused on enrollment (pathway_id) where paused;

alter table pathway add column paused_at timestamptz,
  add column category text not null default 'care' check (category in ('care', 'campaign'));
alter table pathway_occasion add column started_at timestamptz not null default now(), add column taken int not null default 0;

alter table message add column paused boolean not null default false,
  -- Of a trial, for its account.
  add column pathway_id int references pathway;
drop index message_lane;
create index message_lane on message (channel, purpose, due_at, id) where status = 'queued' and not paused;
create index message_paused on message (enrollment_id) where paused;
create table campaign (
  id int generated always as identity primary key,
  name text not null,
  -- 1 mass, 2 segmented, 3 triggered and continuing, 4 individual.
  level smallint not null check (level between 1 and 4),
  purpose text not null check (purpose in ('clinical', 'service', 'marketing')),
  site_id int references site,
  status text not null default 'draft' check (status in ('draft', 'submitted', 'running', 'paused', 'finished', 'cancelled')),
  emergency boolean not null default false,
  plan jsonb not null,
  hold_out numeric(3, 2) not null default 0.1 check (hold_out between 0 and 0.9),
  goal text not null check (goal in ('visited', 'booked', 'answered')),
  -- Days after entering within which something counts as brought by the campaign.
  window_days int not null check (window_days between 1 and 365),
  budget numeric(12, 2),
  value_per_visit numeric(12, 2),
  expected_rate numeric(5, 4),
  economic_score smallint not null default 3 check (economic_score between 1 and 5),
  strategic_score smallint not null default 3 check (strategic_score between 1 and 5),
  ends_on date,
  pathway_id int unique references pathway,
  version int not null default 1,
  authors text[] not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  submitted_by_name text,
  returned_reason text,
  returned_by_name text,
  started_at timestamptz,
  finished_at timestamptz,
  paused_reason text,
  -- What happened to its persons until then is in campaign_member.
  followed_at timestamptz,
  check ((status in ('draft', 'submitted')) = (pathway_id is null)),
  check (not emergency or (purpose = 'clinical' and hold_out = 0))
);
create index campaign_open on campaign (status) where status in ('running', 'paused');

create table campaign_approval (
  campaign_id int not null references campaign on delete cascade,
  -- Of the campaign; what was approved in another one counts no more.
  version int not null,
  approved_by text not null,
  approved_by_name text not null,
  approved_at timestamptz not null default now(),
  primary key (campaign_id, version, approved_by)
);

-- One row for each enrolment of a campaign, also of the comparison group: what happened within the window.
create table campaign_member (
  enrollment_id bigint not null,
  campaign_id int not null references campaign,
  -- The record, as with the enrolment.
  person_id bigint not null references person,
  variant text not null,
  -- Of the person when entering, for keep, wake and win-back rates.
  stage text not null,
  entered_at timestamptz not null,
  until timestamptz not null,
  answered_at timestamptz,
  booked_at timestamptz,
  visited_at timestamptz,
  visits int not null default 0,
  revenue numeric(12, 2) not null default 0,
  primary key (person_id, enrollment_id)
);
create index campaign_member_row on campaign_member (campaign_id, enrollment_id);
create index campaign_member_effect on campaign_member (campaign_id, variant, stage)
  include (answered_at, booked_at, visited_at, visits, revenue, until);
`,
    )
    .execute(db)
}
