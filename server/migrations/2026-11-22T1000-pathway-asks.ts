import { type Kysely, sql } from 'kysely'

// What the branches of a version ask of answers and laboratory results (contract/pathway-fact.ts). Versions published before ask nothing.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pathway_version add column asks jsonb`.execute(db)
}
