import { type Kysely, sql } from 'kysely'

// `persons-made`: ids of the persons that a batch made, in one row; a million of them need no picture each.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table import drop constraint import_kind_check;
alter table import add check (kind in ('persons', 'encounters', 'charges', 'appointments', 'groups', 'group-members'));
alter table import_effect drop constraint import_effect_target_check;
alter table import_effect add check (target in
  ('person', 'persons-made', 'encounter', 'fact', 'group_customer', 'group_contact', 'group_agreement', 'group_member'));
-- Who else has changed what an import made.
create index import_effect_target on import_effect (target, target_id);
`,
    )
    .execute(db)
}
