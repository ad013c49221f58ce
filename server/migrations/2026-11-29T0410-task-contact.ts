import { type Kysely, sql } from 'kysely'

// What belongs to reaching a person stands beside the task, from the first attempt on. `reached` and `proof` stay: figures read them from
// the index of tasks (docs/decisions/0037-work-in-general.md).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table task_contact (
  task_id bigint primary key references task,
  attempts smallint not null check (attempts > 0),
  -- Who does not answer is looked for on further ways; lost when none is left.
  ladder_step text not null check (ladder_step in ('phone', 'family', 'community', 'letter', 'lost')),
  -- Attempts that were made before this step.
  ladder_step_from smallint not null
);
insert into task_contact (task_id, attempts, ladder_step, ladder_step_from)
  select id, attempts, rung, rung_from from task where attempts > 0;
drop index task_encounter;
alter table task drop column attempts, drop column rung, drop column rung_from;
create index task_encounter on task (encounter_id, level, id)
  include (status, outcome, due_at, completed_at, reached, assignee_staff_id, proof) where encounter_id is not null;
alter table task_attempt rename column rung to ladder_step;
`,
    )
    .execute(db)
}
