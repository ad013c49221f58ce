import { type Kysely, sql } from 'kysely'

// Searches by number without a hit are counted where they are logged.
// A message handed in by somebody who reaches some sites only says nothing about the patients of others.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table inbound_message add column bound_site_ids int[];
create index audit_event_missed on audit_event (actor_id, at) where action = 'person.number-missed';
`,
    )
    .execute(db)
}
