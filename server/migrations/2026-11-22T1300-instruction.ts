import { type Kysely, sql } from 'kysely'

// Return-visit instructions of the service centre to departments, with everything that was done about each.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table task drop constraint task_kind_check;
alter table task add constraint task_kind_check
  check (kind in ('follow-up-call', 'home-visit', 'red-flag', 'spot-check', 'spot-check-review', 'return-visit', 'other'));

create table return_visit_instruction (
  id bigint generated always as identity primary key,
  person_id bigint not null references person,
  encounter_id bigint references encounter,
  site_id int not null references site,
  department_id int not null references department,
  assignee_role text not null check (assignee_role in ('doctor', 'nurse', 'department-head')),
  staff_id int references staff,
  reason text not null,
  text text not null,
  status text not null default 'issued' check (status in ('issued', 'executed', 'submitted', 'filed', 'withdrawn')),
  round smallint not null default 1,
  -- The task of this round.
  task_id bigint unique references task,
  due_at timestamptz not null,
  issued_at timestamptz not null default now(),
  issued_by_name text not null,
  executed_at timestamptz,
  executed_by_name text,
  outcome text,
  report text,
  submitted_at timestamptz,
  filed_at timestamptz,
  check ((executed_at is null) = (outcome is null)),
  check (status not in ('executed', 'submitted', 'filed') or executed_at is not null),
  check ((status in ('submitted', 'filed')) = (submitted_at is not null)),
  check ((status = 'filed') = (filed_at is not null))
);
select follow_survivor('return_visit_instruction', '{encounter}');
create index return_visit_instruction_person on return_visit_instruction (person_id);
create index return_visit_instruction_open on return_visit_instruction (due_at, id) where status in ('issued', 'executed');
create index return_visit_instruction_site on return_visit_instruction (site_id, issued_at desc);
create index return_visit_instruction_department on return_visit_instruction (department_id, issued_at desc);

create table return_visit_instruction_history (
  id bigint generated always as identity primary key,
  instruction_id bigint not null references return_visit_instruction on delete cascade,
  at timestamptz not null default clock_timestamp(),
  by_name text not null,
  action text not null check (action in ('issued', 'executed', 'reopened', 'submitted', 'returned', 'filed', 'withdrawn')),
  note text,
  outcome text
);
create index return_visit_instruction_history_of on return_visit_instruction_history (instruction_id, id);
`,
    )
    .execute(db)
}
