import { type Kysely, sql } from 'kysely'

// What a site's no-show rule (爽约规则) did, with everything that it counted and left out, so that each decision can be explained and appealed.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table appointment add excused_at timestamptz, add excused_by_name text, add excuse text,
  add check ((excused_at is null) = (excuse is null));
create table booking_restriction (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  person_id bigint not null references person,
  from_at timestamptz not null,
  until timestamptz not null check (until > from_at),
  -- The rule as it was then.
  rule jsonb not null,
  -- Appointments that it counted [{id, kind}] and left out [{id, why}].
  counted jsonb not null,
  left_out jsonb not null,
  appeal text,
  appealed_at timestamptz,
  appealed_by_name text,
  -- Lifted before its end.
  ended_at timestamptz,
  ended_by_name text,
  end_reason text,
  -- An appeal that was not followed.
  upheld_at timestamptz,
  check ((ended_at is null) or (ended_by_name is not null and end_reason is not null))
);
create index booking_restriction_person on booking_restriction (person_id, until);
create index booking_restriction_site on booking_restriction (site_id, id);
`,
    )
    .execute(db)
}
