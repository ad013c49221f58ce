import { type Kysely, sql } from 'kysely'

// A call may go to a relative. Whom it reached is kept with the attempt, in words too: the relationship may be removed later.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- Null: nobody has found the number wrong. (Nullable, so that an import from before can still be undone.)
alter table person_relationship add column phone_wrong_at timestamptz;
alter table task_attempt
  add column relationship_id bigint references person_relationship on delete set null,
  add column callee_name text,
  add column callee_relation text;
create index task_attempt_relationship on task_attempt (relationship_id) where relationship_id is not null;
`,
    )
    .execute(db)
}
