import { type Kysely, sql } from 'kysely'

// Figures look up the first task of a level for each discharge: with the id in the index there is nothing to sort, thousands of times.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
drop index task_encounter;
create index task_encounter on task (encounter_id, level, id) where encounter_id is not null;
`,
    )
    .execute(db)
}
