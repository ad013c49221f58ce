import { type Kysely, sql } from 'kysely'

// A text that tells staff how to act is offered to no patient.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table guidance add column for_staff boolean not null default false`.execute(db)
}
