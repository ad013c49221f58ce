import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table import drop constraint import_kind_check;
alter table import add check (kind in ('persons', 'encounters', 'charges', 'appointments', 'groups', 'group-members'));
alter table import_effect drop constraint import_effect_target_check;
alter table import_effect add check (target in
  ('person', 'encounter', 'fact', 'group_customer', 'group_contact', 'group_agreement', 'group_member'));
`,
    )
    .execute(db)
}
