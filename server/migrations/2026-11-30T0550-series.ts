import { type Kysely, sql } from 'kysely'

// A course of visits 疗程 (rehabilitation, chemotherapy, dialysis) is booked and cancelled together; its name is its first appointment.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table appointment add series_id bigint references appointment;
create index appointment_series on appointment (series_id) where series_id is not null;
`,
    )
    .execute(db)
}
