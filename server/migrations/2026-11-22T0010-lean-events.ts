import { type Kysely, sql } from 'kysely'

// Five million visits are six million events: what the visit's own row says is read from there, and the two ids that may change
// later (whose ward, whose doctor it was at the time) are numbers of four bytes rather than words of JSON.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table event add column department_id int, add column attending_staff_id int;
update event set department_id = (data ->> 'departmentId')::int, attending_staff_id = (data ->> 'attendingStaffId')::int,
  data = data - '{departmentId,attendingStaffId,siteId,class,conditionText,conditionCodes}'::text[]
where kind like 'encounter.%';
`,
    )
    .execute(db)
}
