import { type Kysely, sql } from 'kysely'

// Settings and working calendars per site. Rows without a site are the installation's; what was entered so far stays that.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table setting drop constraint setting_pkey, add site_id int references site;
alter table setting add constraint setting_of_site unique nulls not distinct (key, site_id);
alter table setting_history drop constraint setting_history_pkey, add site_id int references site;
alter table setting_history add constraint setting_history_of_site unique nulls not distinct (key, site_id, version);
alter table calendar_day drop constraint calendar_day_pkey, add site_id int references site;
alter table calendar_day add constraint calendar_day_of_site unique nulls not distinct (date, site_id);
`,
    )
    .execute(db)
}
