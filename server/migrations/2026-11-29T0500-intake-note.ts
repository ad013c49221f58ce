import { type Kysely, sql } from 'kysely'

// A fact belongs to a person: two authorities behind one sender use the same numbers. And what could not be read of a message that was
// applied is kept with it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table clinical_fact add person_id bigint;
update clinical_fact f set person_id = e.person_id from event e where e.id = f.event_id;
delete from clinical_fact where person_id is null;
alter table clinical_fact alter person_id set not null,
  drop constraint clinical_fact_pkey, add constraint clinical_fact_pkey primary key (source, key, person_id);

alter table inbound_message add notes jsonb;
create index inbound_message_notes on inbound_message (id) where notes is not null;
`,
    )
    .execute(db)
}
