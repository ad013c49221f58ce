import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- A rule over facts of persons; its members are kept, so that coming and going are events.
create table segment (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  rule jsonb not null,
  -- Null: of all sites.
  site_id int references site,
  version int not null default 1,
  created_by text not null,
  created_at timestamptz not null default now(),
  -- When members were counted last; null: never, and then nobody has come yet.
  refreshed_at timestamptz
);
create table segment_member (
  segment_id int not null references segment on delete cascade,
  person_id bigint not null references person,
  since timestamptz not null default now(),
  primary key (segment_id, person_id)
);
create index segment_member_person on segment_member (person_id);

-- Which days of a pathway's calendar were begun, and how far: a day happens once in each time zone.
create table pathway_occasion (
  pathway_id int not null references pathway,
  time_zone text not null,
  day date not null,
  -- The last person that was looked at; everybody up to this one has entered.
  last_person_id bigint not null default 0,
  entered int not null default 0,
  finished_at timestamptz,
  primary key (pathway_id, time_zone, day)
);
`,
    )
    .execute(db)
}
