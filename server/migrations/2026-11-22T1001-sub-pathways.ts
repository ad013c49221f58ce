import { type Kysely, sql } from 'kysely'

// A version as it was written, where it runs other pathways inside; `definition` is what runs, with their steps put in (decision 0020).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pathway_version add column written jsonb`.execute(db)
}
