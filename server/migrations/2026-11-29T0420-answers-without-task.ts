import { type Kysely, sql } from 'kysely'

// A person may answer a questionnaire without a task that asks for it: a survey, a self-assessment, a station.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table questionnaire_link alter task_id drop not null,
  -- Where it was made and, if it asks about one, about which visit; a link of a task has both from the task.
  add site_id int references site,
  add encounter_id bigint references encounter,
  add constraint questionnaire_link_of check ((task_id is null) = (site_id is not null));
create index questionnaire_link_person on questionnaire_link (person_id, id) where task_id is null;
`,
    )
    .execute(db)
}
