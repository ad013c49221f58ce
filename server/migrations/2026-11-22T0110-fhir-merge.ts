import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- The record that a resource was said of, when that was merged into person_id; merges and their undoing move it (decision 0009). Ids are
-- unique only within a type, so the writing statement itself leads new rows to the survivor (feeds/fhir/store.ts), not a trigger.
alter table fhir_resource add column subject_id bigint references person;
create index fhir_resource_subject on fhir_resource (subject_id) where subject_id is not null;

-- What was written between the two migrations for records that had been merged already.
update fhir_resource r set subject_id = r.person_id, person_id = p.survivor_id
from person p where p.id = r.person_id and p.survivor_id is not null;
`,
    )
    .execute(db)
}
