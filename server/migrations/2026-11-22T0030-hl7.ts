import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- Which event of a timeline states a fact of a feed: the same fact sent again adds nothing, a corrected one follows the old one.
create table clinical_fact (
  source text not null,
  key text not null,
  event_id bigint not null,
  hash text not null,
  said_at timestamptz not null,
  primary key (source, key)
);

-- When an admission or a discharge was last taken back (A11, A13): what was said before that does not count any more.
alter table encounter add undone_at timestamptz;

-- A stay whose discharge was taken back is followed up again when it really ends.
drop index enrollment_once;
create unique index enrollment_once on enrollment (pathway_id, (coalesce(subject_id, person_id)), encounter_id) nulls not distinct
  where status in ('active', 'waiting', 'blocked')
    or (encounter_id is not null and coalesce(stop_reason, '') not in ('discharge-cancelled', 'encounter-cancelled'));

-- How to read one sender. An empty facility stands for all facilities of the sender that have no profile of their own.
create table hl7_profile (
  sender text not null,
  facility text not null,
  definition jsonb not null,
  version int not null default 1,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  primary key (sender, facility)
);

-- The message that this one is an edited copy of.
alter table inbound_message add corrects_id bigint;
create index inbound_message_corrects on inbound_message (corrects_id) where corrects_id is not null;
`,
    )
    .execute(db)
}
