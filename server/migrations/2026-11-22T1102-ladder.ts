import { type Kysely, sql } from 'kysely'

// Who does not answer is looked for on further ways: family, community, letter; lost when none is left. Each has attempts of its own.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table task
  add column rung text not null default 'phone' check (rung in ('phone', 'family', 'community', 'letter', 'lost')),
  -- Attempts that were made before this rung.
  add column rung_from smallint not null default 0;
alter table task_attempt
  add column rung text not null default 'phone' check (rung in ('phone', 'family', 'community', 'letter'));
`,
    )
    .execute(db)
}
