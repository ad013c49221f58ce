import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- What is being written of a pathway: one draft each, saved over and over; gone when it is published or thrown away.
create table pathway_draft (
  pathway_id int primary key references pathway on delete cascade,
  -- The version it was begun from; null: the pathway was never published.
  base_version int,
  definition jsonb not null,
  -- Every save raises it; who saves or publishes names the one they saw.
  revision int not null default 1,
  saved_at timestamptz not null default now(),
  saved_by_name text not null,
  -- Ids of everybody who saved since the last publication: none of them is the second person.
  authors text[] not null,
  asked_at timestamptz,
  asked_by_name text,
  returned_at timestamptz,
  returned_by_name text,
  returned_reason text
);
`,
    )
    .execute(db)
}
