import { type Kysely, sql } from 'kysely'

// The list of persons narrowed by the last visit and by the tags that few persons have; what an auditor looks at first, of today.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create index person_facts_department on person_facts (last_department_id, person_id);
create index person_facts_doctor on person_facts (last_attending_staff_id, person_id);
create index person_facts_discharge on person_facts (last_discharge_at, person_id) where last_discharge_at is not null;
create index person_facts_condition on person_facts (last_condition_text, person_id);
create index person_deceased on person (id) where deceased;
create index audit_event_refused on audit_event (at) where outcome <> 'allowed';
create index audit_event_reveal on audit_event (at) where action = 'person.reveal';
create index task_red_flag on task (person_id) where kind = 'red-flag' and status in ('requested', 'in-progress');
`,
    )
    .execute(db)
}
