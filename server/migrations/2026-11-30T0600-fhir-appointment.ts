import { type Kysely, sql } from 'kysely'

// Appointments and other systems. What a FHIR client sent is kept beside its appointment; the table says how that stands.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table fhir_resource add column appointment_id bigint references appointment;
create unique index fhir_resource_appointment on fhir_resource (appointment_id) where appointment_id is not null;
-- When place, time or status last changed; clients ask for what changed since.
alter table appointment add column updated_at timestamptz not null default now();
-- What a message is about, such as appointment:17: an older one must not undo what a newer one about the same said.
alter table outbound_message add column about text;
`,
    )
    .execute(db)
}
