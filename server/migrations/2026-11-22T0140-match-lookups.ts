import { type Kysely, sql } from 'kysely'

// A common name belongs to thousands: with the birth date in the index a look-up reads only those of that year.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create index match_todo_since on match_todo (since, person_id);
create index person_pinyin_birth on person (pinyin, birth_date) where birth_date is not null;
`,
    )
    .execute(db)
}
