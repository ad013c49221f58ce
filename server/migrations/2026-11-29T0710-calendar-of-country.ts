import { type Kysely, sql } from 'kysely'

// Rows without a site are a country's calendar; what was there so far is the mainland's.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table calendar_day add country text default 'CN';
update calendar_day set country = null where site_id is not null;
alter table calendar_day add constraint calendar_day_of_country check ((site_id is null) = (country is not null));
alter table calendar_day drop constraint calendar_day_of_site;
alter table calendar_day add constraint calendar_day_of_site unique nulls not distinct (date, site_id, country);
`,
    )
    .execute(db)
}
