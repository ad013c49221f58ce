import { type Kysely, sql } from 'kysely'

// Searches by number without a hit are counted for each actor, an hour at a time.
// A message handed in by somebody who reaches some sites only says nothing about the patients of others.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table inbound_message add column bound_site_ids int[];
create table number_miss (
  actor_id text primary key,
  misses int not null,
  until timestamptz not null
);
`,
    )
    .execute(db)
}
