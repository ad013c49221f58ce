import { type Kysely, sql } from 'kysely'

// What somebody is changing about a questionnaire; one draft each, published as its next version.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table questionnaire_draft (
  questionnaire_id int primary key references questionnaire on delete cascade,
  title jsonb not null,
  source text,
  definition jsonb not null,
  -- Raised by every save: who saves an older one is told that somebody was faster.
  revision int not null default 1,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  updated_by_name text not null
);
`,
    )
    .execute(db)
}
