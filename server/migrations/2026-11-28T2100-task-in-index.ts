import { type Kysely, sql } from 'kysely'

// Figures read all that they count of a task from the index: a third less to read for a month that nobody has looked at yet.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
drop index task_encounter;
create index task_encounter on task (encounter_id, level, id)
  include (status, outcome, due_at, completed_at, attempts, reached, assignee_staff_id, proof) where encounter_id is not null;
`,
    )
    .execute(db)
}
