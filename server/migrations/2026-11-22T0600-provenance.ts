import { type Kysely, sql } from 'kysely'

// Who said what of a person and when, where the person's own columns do not tell it: null as long as one source said everything, which is
// nearly always. See docs/decisions/0015-who-said-what.md and server/modules/person/claim.ts.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table person add column claims jsonb`).execute(db)
}
