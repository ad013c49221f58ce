import { type Kysely, sql } from 'kysely'

// How each answer was given to the machine: by a key, or by speech and how sure the recogniser was.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- By linkId: { by: 'key' | 'speech', confidence }; null: not by the machine.
alter table questionnaire_response add column given jsonb;
alter table questionnaire_response add constraint questionnaire_response_given check (given is null or channel = 'voice');
`,
    )
    .execute(db)
}
