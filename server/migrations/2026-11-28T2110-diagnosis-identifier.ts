import { type Kysely, sql } from 'kysely'

// DG1-20: the number that a sender gives a diagnosis, by which it corrects or takes it back.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table condition add column identifier text`.execute(db)
}
