import { type Kysely, sql } from 'kysely'

// Names are folded in one way for the search and for comparison. The columns are computed by the program, so the worker goes through the
// persons and group customers from the beginning (`refoldNames`); until it is through, some names are found only in their old spelling.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table name_refold (
  part text primary key check (part in ('person', 'group')),
  -- Everything up to this id is done.
  after_id bigint not null
);
insert into name_refold select 'person', 0 where exists (select from person);
insert into name_refold select 'group', 0 where exists (select from group_customer);
`,
    )
    .execute(db)
}
