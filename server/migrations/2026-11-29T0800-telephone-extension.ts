import { type Kysely, sql } from 'kysely'

// A number behind a switchboard has an extension. Local and service numbers of the mainland had been completed to numbers that nobody can
// dial (+86 88886666, +86 400 …); they go back to their digits as sent.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table person_telecom add extension text;
alter table person_relationship add extension text;
update person_telecom t set value = substr(t.value, 4)
where t.system = 'phone' and t.value ~ '^\\+86(\\d{7,8}|[48]00\\d{7})$' and not exists (
  select from person_telecom o where o.person_id = t.person_id and o.system = t.system and o.value = substr(t.value, 4));
update person_relationship set phone = substr(phone, 4) where phone ~ '^\\+86(\\d{7,8}|[48]00\\d{7})$';
`,
    )
    .execute(db)
}
